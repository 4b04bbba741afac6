/**
 * Blocks of chunks kept in memory and on a local disk. Chunks never change, so a cached block is
 * never stale.
 */
@NullMarked
package io.dfs.client.cache;

import org.jspecify.annotations.NullMarked;
