package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.nio.ByteBuffer;

/** The version byte at the head of stored values. */
public final class Format {
  private Format() {}

  /** The stored form of a constant whose place is part of the format. */
  @SuppressWarnings("EnumOrdinal")
  public static byte code(Enum<?> constant) {
    return (byte) constant.ordinal();
  }

  /** The inverse of {@link #code} for types of files. */
  public static io.dfs.common.message.FileType type(long code) {
    return Tables.type((byte) code);
  }

  /** Reads the version byte; EIO when it is not the one that this program writes. */
  public static void check(ByteBuffer in, byte expected, String what) {
    byte found = in.get();
    if (found != expected) {
      throw new FsException(
          Errno.EIO,
          "a stored "
              + what
              + " has format "
              + found
              + ", this program knows "
              + expected
              + (found > expected
                  ? "; a newer version has written the directory: use that one"
                  : "; an older version has written the directory, or it is damaged: dump it by"
                      + " that version's 'dfs metadata dump' and load it here, or restore a"
                      + " backup"));
    }
  }
}
