package io.dfs.common.message;

import io.dfs.common.id.InodeId;

/**
 * A file of which a client has written bytes that are not committed.
 *
 * @param version of the content that they were written over
 */
public record DirtyFile(InodeId inode, long version) {}
