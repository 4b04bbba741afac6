package io.dfs.common.message;

/**
 * How far the verification of a dataserver's disk is.
 *
 * @param disk its directory
 * @param running whether a pass is under way, be it paused
 * @param startedSeconds when the last pass began, seconds of the epoch; 0 before the first
 * @param endedSeconds when a pass ended last; 0 before
 * @param verifiedBytes in the pass that began last
 * @param usedBytes on the disk
 * @param badChunks found bad and set aside since the disk is in use
 */
public record ScrubProgress(
    String disk,
    boolean paused,
    boolean running,
    long startedSeconds,
    long endedSeconds,
    long verifiedBytes,
    long usedBytes,
    long badChunks) {}
