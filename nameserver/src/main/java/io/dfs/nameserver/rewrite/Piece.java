package io.dfs.nameserver.rewrite;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;

/** Some bytes of a file and where they are, as of when somebody looked. */
public record Piece(InodeId inode, Extent extent) {}
