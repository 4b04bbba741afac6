/**
 * Copies between servers: what is written goes on to the next member of a chain, and what a server
 * lacks comes from others that have it.
 */
@NullMarked
package io.dfs.dataserver.replicate;

import org.jspecify.annotations.NullMarked;
