package io.dfs.client.meta;

import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;

/** The permission bits of POSIX. Pure. */
final class Permissions {
  private static final int EXECUTE = 1;

  private Permissions() {}

  /** Whether {@code caller} may do all of {@code mask}: 4 read, 2 write, 1 execute. */
  static boolean allow(Caller caller, Attr attr, int mask) {
    if (caller.uid() == 0) {
      return (mask & EXECUTE) == 0 || attr.isDirectory() || (attr.mode() & 0111) != 0;
    }
    int bits;
    if (caller.uid() == attr.uid()) {
      bits = attr.mode() >> 6;
    } else if (caller.inGroup(attr.gid())) {
      bits = attr.mode() >> 3;
    } else {
      bits = attr.mode();
    }
    return (bits & mask) == mask;
  }
}
