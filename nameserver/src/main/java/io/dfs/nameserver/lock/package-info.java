/** Byte-range and whole-file locks: splitting and merging, conflicts, waiting and deadlocks. */
@NullMarked
package io.dfs.nameserver.lock;

import org.jspecify.annotations.NullMarked;
