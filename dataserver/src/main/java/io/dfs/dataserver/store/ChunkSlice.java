package io.dfs.dataserver.store;

import java.nio.channels.FileChannel;

/**
 * Bytes of a chunk where they lie in its file, which stays open until {@link #release} has run.
 *
 * @param position in the file
 * @param crcs of each block
 */
public record ChunkSlice(
    FileChannel file, long position, int length, int[] crcs, Runnable release) {}
