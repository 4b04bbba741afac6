package io.dfs.client.vfs;

/**
 * How a client fares, for those who watch it.
 *
 * @param blockHits blocks that were in memory when they were read, since the start
 * @param blockMisses runs of blocks that had to be waited for, since the start
 * @param blockBytes in the block cache
 * @param diskBytes in the cache on disk
 * @param metaHits questions for attributes and names answered from memory, since the start
 * @param metaMisses those that were not
 * @param knownInodes inodes whose attributes are in memory
 * @param recalls what the nameserver told it to forget, since the start
 * @param leaseMs for how long what it knows may be trusted; 0 without leases or cut off
 * @param dirtyBytes written and not on all their servers yet
 * @param openHandles open files and directories
 * @param connected whether the nameserver is there
 */
public record Figures(
    long blockHits,
    long blockMisses,
    long blockBytes,
    long diskBytes,
    long metaHits,
    long metaMisses,
    long knownInodes,
    long recalls,
    long leaseMs,
    long dirtyBytes,
    int openHandles,
    boolean connected) {}
