package io.dfs.fusemount.linux.mount;

import static io.dfs.fusemount.linux.channel.LibC.LIBC;

import io.dfs.fusemount.engine.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Mounts, as whoever runs this may. */
public final class FuseMount {
  static final String TYPE = "fuse.dfs";

  private FuseMount() {}

  /**
   * A descriptor of the new mount's connection; the caller closes it.
   *
   * @throws io.dfs.common.error.FsException with the reason
   */
  public static int mount(Path mountPoint, EngineOptions options) {
    return LIBC.getuid() == 0
        ? SystemMount.mount(mountPoint, options)
        : UserMount.mount(mountPoint, options);
  }

  /** Of the filesystem itself, for either way. */
  static List<String> options(EngineOptions options) {
    List<String> data = new ArrayList<>();
    data.add("default_permissions");
    if (options.allowOther()) {
      data.add("allow_other");
    }
    if (options.maxReadBytes() > 0) {
      data.add("max_read=" + options.maxReadBytes());
    }
    return data;
  }
}
