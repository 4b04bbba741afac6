package io.dfs.client.cli.bench;

import java.nio.file.Path;

/**
 * What to measure.
 *
 * @param directory an existing directory; everything happens in a new one inside it
 * @param fileBytes length of each sequentially written file, and of the one that is read and
 *     written at random; a multiple of 1 MiB
 * @param randomOperations how many 4 KiB reads and writes at random offsets
 * @param smallFiles how many files of each small size, and how many names
 * @param fsync whether a write counts as done only when it is on disk; else when the file is closed
 * @param seed of the data and of the random offsets
 */
public record BenchSettings(
    Path directory,
    long fileBytes,
    int randomOperations,
    int smallFiles,
    boolean fsync,
    long seed) {}
