package io.dfs.dataserver.chunk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The number of the machine's current boot: while it is the same, no write to the page cache can
 * have been lost, however the process ended.
 */
public final class Boot {
  private Boot() {}

  /** Where the system does not tell, a new number: then every chunk is checked after a restart. */
  public static long current() {
    try {
      UUID id =
          UUID.fromString(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip());
      return id.getMostSignificantBits() ^ id.getLeastSignificantBits();
    } catch (IOException | IllegalArgumentException e) {
      return UUID.randomUUID().getMostSignificantBits();
    }
  }
}
