package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;

/** A copy of a chunk that is damaged, too short or missing, and how that was seen. */
public record BadCopy(ChunkId chunk, NodeId server, String reason) {}
