package io.dfs.common.message;

/** Anything that travels as a control message. {@link MessageCodec} knows every kind of them. */
public sealed interface Message
    permits Hello, Query, Mutation, ClusterRequest, ChunkRequest, Reply {}
