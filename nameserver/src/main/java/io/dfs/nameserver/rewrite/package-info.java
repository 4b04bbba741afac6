/**
 * The port to rewriting: having the bytes of files copied into new chunks, for compaction, and for
 * files whose copies or chunk size shall change.
 */
@NullMarked
package io.dfs.nameserver.rewrite;

import org.jspecify.annotations.NullMarked;
