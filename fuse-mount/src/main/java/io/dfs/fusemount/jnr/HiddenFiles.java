package io.dfs.fusemount.jnr;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The files that have lost their last path here and are open still. Shared.
 *
 * <p>libfuse cannot speak of a file without a path, so it would rename such a file to {@code
 * .fuse_hidden} and a number, and unlink it after the last close. Then its directory would not be
 * empty, others would see the hidden name, a crash would leave it behind, and {@code st_nlink}
 * would be 1. Instead the engine takes that rename as the unlink that the program asked for (the
 * nameserver keeps an open file) and remembers here which inode libfuse's invented name stands for.
 * When libfuse unlinks the invented name, it is forgotten.
 *
 * <p>When a rename replaces an open file, libfuse first hides that one in the same way. The engine
 * then does nothing but note it, for the rename itself replaces the file, atomically.
 *
 * <p>The names hold a counter of libfuse, so they are unique in a mount and need no directory.
 * There are at most as many as open files.
 */
final class HiddenFiles {
  private static final byte[] PREFIX = ".fuse_hidden".getBytes(StandardCharsets.US_ASCII);

  private final Map<Name, InodeId> inodes = new ConcurrentHashMap<>();

  static boolean isHiddenName(Name name) {
    byte[] bytes = name.bytes();
    return bytes.length > PREFIX.length
        && Arrays.equals(bytes, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
  }

  void put(Name name, InodeId inode) {
    inodes.put(name, inode);
  }

  @Nullable InodeId find(Name name) {
    return isHiddenName(name) ? inodes.get(name) : null;
  }

  /** True when there was such a file. */
  boolean forget(Name name) {
    return isHiddenName(name) && inodes.remove(name) != null;
  }
}
