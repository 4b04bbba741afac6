package io.dfs.nameserver.compact;

import java.time.Duration;

/**
 * How compaction works.
 *
 * @param bytesPerSecond that each dataserver copies at most; 0 turns compaction off
 * @param deadPercent a chunk with so much of it dead is rewritten
 * @param interval from the end of one look over all layouts to the next
 * @param age a file must be unchanged for so long before its small extents are joined
 * @param grace old chunks stay for so long for readers of old layouts
 */
public record CompactionSettings(
    long bytesPerSecond, int deadPercent, Duration interval, Duration age, Duration grace) {}
