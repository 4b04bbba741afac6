package io.dfs.common.message;

import io.dfs.common.id.InodeId;

/**
 * Something in the trash.
 *
 * @param path its old path, as names from the root; each as the trash calls it, when it is deleted
 * @param inDeleted whether the directory that it was in is in the trash as well
 */
public record TrashItem(
    InodeId inode,
    FileType type,
    byte[] path,
    boolean inDeleted,
    int uid,
    long bytes,
    Timestamp deleted,
    Timestamp expires) {}
