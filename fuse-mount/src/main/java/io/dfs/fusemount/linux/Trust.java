package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.fusemount.engine.EngineOptions;

/** For how long the kernel may believe what it is told. Immutable. */
final class Trust {
  private final long entryMs;
  private final long attrMs;

  Trust(Vfs vfs, EngineOptions options) {
    entryMs = options.entryTimeout().toMillis();
    attrMs = options.attrTimeout().toMillis();
  }

  long entryMs() {
    return entryMs;
  }

  long attrMs() {
    return attrMs;
  }
}
