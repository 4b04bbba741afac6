package io.dfs.client.vfs;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;

/** An entry of an open directory; {@code cookie} is positive and says where to list on after it. */
public record Entry(Name name, InodeId inode, FileType type, long cookie) {}
