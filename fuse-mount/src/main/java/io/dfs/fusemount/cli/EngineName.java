package io.dfs.fusemount.cli;

import io.dfs.client.vfs.Vfs;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.jnr.JnrEngine;
import io.dfs.fusemount.linux.LinuxEngine;
import java.nio.file.Path;

/** The engines, by the names that users choose them by. */
enum EngineName {
  linux {
    @Override
    Engine mount(Vfs vfs, Path mountPoint, EngineOptions options) {
      return LinuxEngine.mount(vfs, mountPoint, options);
    }
  },

  jnr {
    @Override
    Engine mount(Vfs vfs, Path mountPoint, EngineOptions options) {
      return JnrEngine.mount(vfs, mountPoint, options);
    }
  };

  private static final String VARIABLE = "DFS_ENGINE";

  abstract Engine mount(Vfs vfs, Path mountPoint, EngineOptions options);

  /** As the environment says, else the kernel's own protocol where there is one. */
  static EngineName ofVariable() {
    boolean onLinux = System.getProperty("os.name", "").startsWith("Linux");
    return onLinux && !jnr.name().equals(System.getenv(VARIABLE)) ? linux : jnr;
  }
}
