package io.dfs.dataserver.scrub;

import java.time.Duration;

/**
 * How disks are verified.
 *
 * @param period in which every byte is verified once
 * @param bytesPerSecond of each disk at most; 0 turns it off
 * @param keep how long damaged files are kept that are of no more use
 */
public record ScrubSettings(Duration period, long bytesPerSecond, Duration keep) {}
