package io.dfs.common.message;

import io.dfs.common.id.InodeId;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a directory.
 *
 * @param cookie its place in the listing, positive, rising within a listing and the entry's own for
 *     as long as it exists
 */
public record DirEntry(Name name, InodeId inode, FileType type, long cookie, @Nullable Attr attr) {}
