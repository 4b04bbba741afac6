package io.dfs.fusemount.jnr;

import java.time.Duration;
import java.util.List;

/**
 * What the engine needs to know besides the filesystem.
 *
 * @param source what {@code mount} and {@code df} show in front of the mount point
 * @param entryTimeout how long the kernel may believe in a name
 * @param attrTimeout how long the kernel may believe in attributes
 * @param directIo no page cache
 * @param operationDeadline after which an operation without an answer fails with EIO
 * @param kernelFlags mount(8) options for the kernel: ro, noatime, nodev...
 */
public record EngineOptions(
    String source,
    boolean allowOther,
    Duration entryTimeout,
    Duration attrTimeout,
    boolean directIo,
    Duration operationDeadline,
    List<String> kernelFlags) {

  public EngineOptions {
    kernelFlags = List.copyOf(kernelFlags);
  }
}
