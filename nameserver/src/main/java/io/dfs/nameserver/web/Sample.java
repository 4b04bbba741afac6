package io.dfs.nameserver.web;

import java.util.List;

/**
 * The cluster's figures at one moment, or over a time that ended with it.
 *
 * @param timeMs since 1970
 * @param questionsPerSecond that the nameserver answered clients
 * @param changesPerSecond of the tree
 * @param medianMicros within which half of both were answered
 * @param slowMicros within which 99 of 100 were
 * @param readBytesPerSecond that dataservers sent
 * @param writtenBytesPerSecond that dataservers received, each copy counted
 * @param usedBytes in chunks, all copies
 * @param capacityBytes of the servers that are not gone
 */
record Sample(
    long timeMs,
    double questionsPerSecond,
    double changesPerSecond,
    double medianMicros,
    double slowMicros,
    double readBytesPerSecond,
    double writtenBytesPerSecond,
    long usedBytes,
    long capacityBytes,
    long inodes,
    int sessions) {

  /** One for the time of all of them, which are in order and not none. */
  static Sample over(List<Sample> samples) {
    Sample last = samples.get(samples.size() - 1);
    return new Sample(
        last.timeMs,
        samples.stream().mapToDouble(Sample::questionsPerSecond).average().orElse(0),
        samples.stream().mapToDouble(Sample::changesPerSecond).average().orElse(0),
        samples.stream().mapToDouble(Sample::medianMicros).average().orElse(0),
        samples.stream().mapToDouble(Sample::slowMicros).max().orElse(0),
        samples.stream().mapToDouble(Sample::readBytesPerSecond).average().orElse(0),
        samples.stream().mapToDouble(Sample::writtenBytesPerSecond).average().orElse(0),
        last.usedBytes,
        last.capacityBytes,
        last.inodes,
        last.sessions);
  }
}
