package io.dfs.common.message;

import io.dfs.common.id.InodeId;

/**
 * A write lease that a client shall give back.
 *
 * @param number never given twice; what it is answered by
 */
public record WriteRecall(InodeId inode, long number) {}
