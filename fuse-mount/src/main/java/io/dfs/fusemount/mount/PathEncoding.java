package io.dfs.fusemount.mount;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** The encoding in which Java makes strings of the system's paths, and back. */
public final class PathEncoding {
  private PathEncoding() {}

  public static Charset charset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name != null && Charset.isSupported(name)
        ? Charset.forName(name)
        : StandardCharsets.UTF_8;
  }
}
