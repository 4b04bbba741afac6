/**
 * Where a file's bytes are: ordered, non-overlapping extents and the part of a committed layout
 * that this client knows. Pure; used by reading and writing.
 */
@NullMarked
package io.dfs.client.layout;

import org.jspecify.annotations.NullMarked;
