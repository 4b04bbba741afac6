/**
 * Scrubbing: reads every stored byte now and then and compares it with its checksum, so that a bad
 * copy is found while there are good ones.
 */
@NullMarked
package io.dfs.dataserver.scrub;

import org.jspecify.annotations.NullMarked;
