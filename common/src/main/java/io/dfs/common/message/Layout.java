package io.dfs.common.message;

import java.util.List;

/**
 * A part of a file's layout: its extents by file offset, not overlapping; a gap is a hole.
 *
 * @param version of the file, as in {@link Attr#version}
 * @param extents in order; the first may begin before the offset that was asked for
 * @param nextOffset where to ask on, or -1 when no extent follows the last one here
 */
public record Layout(long version, List<Extent> extents, long nextOffset) {}
