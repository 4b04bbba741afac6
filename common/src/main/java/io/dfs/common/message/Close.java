package io.dfs.common.message;

import io.dfs.common.id.InodeId;
import org.jspecify.annotations.Nullable;

/**
 * The end of the last open of an inode in a session.
 *
 * @param count how many opens the nameserver was told of
 * @param readAt when the file was last read, for atime by the relatime rule; null when it was not
 */
public record Close(InodeId inode, int count, @Nullable Timestamp readAt) {}
