package io.dfs.client.cli;

import io.dfs.common.config.Quantity;
import picocli.CommandLine.Option;

/** The option for sizes that people read. */
final class Sizes {
  @Option(names = "-h", description = "Sizes in KiB, MiB, ...")
  private boolean human;

  /** As it goes into a table. */
  Object show(long bytes) {
    return human ? Quantity.formatBytes(bytes) : (Object) bytes;
  }
}
