package io.dfs.client.cli.bench;

import java.io.IOException;

/** The filesystem gave other bytes than were written to it. */
public final class WrongDataException extends IOException {
  private static final long serialVersionUID = 1;

  WrongDataException(Object file, long offset) {
    super(
        file
            + ": the 4 KiB at offset "
            + offset
            + " are not what was written; do not trust this filesystem with data");
  }
}
