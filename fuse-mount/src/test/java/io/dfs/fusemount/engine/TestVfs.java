package io.dfs.fusemount.engine;

import io.dfs.client.vfs.Vfs;

/** The filesystem in memory, for the other rooms' tests. */
public interface TestVfs extends Vfs {
  static TestVfs create() {
    return new MemoryVfs();
  }

  int openHandles();
}
