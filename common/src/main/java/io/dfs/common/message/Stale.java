package io.dfs.common.message;

import io.dfs.common.id.InodeId;
import org.jspecify.annotations.Nullable;

/**
 * Something that a client may not keep any longer.
 *
 * @param inode an inode as a whole, or with {@code name} a directory of which one entry is meant
 * @param version the inode's now: who has the same one may keep its content
 * @param child what the name meant, NONE when nothing or not known
 */
public record Stale(InodeId inode, long version, @Nullable Name name, InodeId child) {}
