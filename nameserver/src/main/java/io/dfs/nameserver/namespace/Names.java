package io.dfs.nameserver.namespace;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Name;

/** Which names are valid. */
public final class Names {
  private Names() {}

  /** ENAMETOOLONG, EINVAL; for a name to be looked up. */
  public static void check(Name name) {
    if (name.length() > Name.MAX_BYTES) {
      throw new FsException(
          Errno.ENAMETOOLONG,
          "a name of " + name.length() + " bytes; " + Name.MAX_BYTES + " is the most");
    }
    if (name.length() == 0) {
      throw new FsException(Errno.ENOENT, "an empty name");
    }
    for (byte b : name.bytes()) {
      if (b == '/' || b == 0) {
        throw new FsException(Errno.EINVAL, "a name with a slash or a NUL");
      }
    }
  }

  /** As {@link #check}, and not "." or "..", which no operation makes or removes. */
  public static void checkEntry(Name name, Errno dots) {
    check(name);
    if (name.isDot() || name.isDotDot()) {
      throw new FsException(dots, "'" + name + "' cannot be made, removed or renamed");
    }
  }
}
