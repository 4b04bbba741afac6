package io.dfs.fusemount.jnr;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Name;
import io.dfs.fusemount.memory.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A path from the root of the mount, as libfuse gives it. Immutable. */
record FsPath(List<Name> names) {

  static FsPath at(long address) {
    return of(Memory.string(address));
  }

  static FsPath of(byte[] path) {
    List<Name> names = new ArrayList<>(8);
    int start = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        if (i > start) {
          names.add(new Name(Arrays.copyOfRange(path, start, i)));
        }
        start = i + 1;
      }
    }
    return new FsPath(names);
  }

  boolean isRoot() {
    return names.isEmpty();
  }

  int depth() {
    return names.size();
  }

  /** EBUSY for the root, which has no name. */
  Name last() {
    if (isRoot()) {
      throw new FsException(Errno.EBUSY, "the root of the mount cannot be replaced or removed");
    }
    return names.get(names.size() - 1);
  }
}
