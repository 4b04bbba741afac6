package io.dfs.fusemount.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an engine needs to know besides the filesystem.
 *
 * @param source what {@code mount} and {@code df} show in front of the mount point
 * @param entryTimeout how long at most the kernel may believe in a name; empty: as the engine can
 *     answer for
 * @param attrTimeout how long at most the kernel may believe in attributes
 * @param directIo no page cache
 * @param writeback the kernel gathers small writes in its pages; {@code linux} only
 * @param maxReadBytes of one request, 0 for as much as the engine can; {@code linux} only
 * @param operationDeadline after which an operation without an answer fails with EIO
 * @param kernelFlags mount(8) options for the kernel: ro, noatime, nodev...
 */
public record EngineOptions(
    String source,
    boolean allowOther,
    Optional<Duration> entryTimeout,
    Optional<Duration> attrTimeout,
    boolean directIo,
    boolean writeback,
    int maxReadBytes,
    Duration operationDeadline,
    List<String> kernelFlags) {

  /** For an engine that cannot take back what the kernel was told. */
  public static final Duration BLIND_TIMEOUT = Duration.ofSeconds(1);

  public EngineOptions {
    kernelFlags = List.copyOf(kernelFlags);
  }
}
