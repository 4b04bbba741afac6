package io.dfs.fusemount.engine;

import io.dfs.client.vfs.Vfs;
import io.dfs.fusemount.jnr.JnrEngine;
import io.dfs.fusemount.linux.LinuxEngine;
import java.nio.file.Path;

/** The engines, for tests that hold for each of them. */
public enum TestEngine {
  JNR {
    @Override
    public Engine mount(Vfs vfs, Path directory, EngineOptions options) {
      return JnrEngine.mount(vfs, directory, options);
    }
  },
  LINUX {
    @Override
    public Engine mount(Vfs vfs, Path directory, EngineOptions options) {
      return LinuxEngine.mount(vfs, directory, options);
    }
  };

  public abstract Engine mount(Vfs vfs, Path directory, EngineOptions options);
}
