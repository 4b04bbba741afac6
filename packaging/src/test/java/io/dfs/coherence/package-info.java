/**
 * Clients of one nameserver in one process: what their caches may show, and a checker of recorded
 * histories.
 */
package io.dfs.coherence;
