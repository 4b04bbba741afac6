/** Dirty data: pieces in memory, chunk writers, and committing what every replica has. */
@NullMarked
package io.dfs.client.write;

import org.jspecify.annotations.NullMarked;
