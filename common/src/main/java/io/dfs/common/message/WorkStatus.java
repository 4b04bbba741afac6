package io.dfs.common.message;

/**
 * How far a kind of copying between dataservers is.
 *
 * @param groups that have to change
 * @param running of them that are being copied now
 * @param bytesLeft to copy, as far as it is planned
 * @param bytesPerSecond over the last seconds
 * @param secondsLeft at that speed; -1 when nobody knows
 * @param limitBytesPerSecond for each receiving server
 */
public record WorkStatus(
    int groups,
    int running,
    long bytesLeft,
    long bytesDone,
    long bytesPerSecond,
    long secondsLeft,
    long limitBytesPerSecond,
    boolean paused) {}
