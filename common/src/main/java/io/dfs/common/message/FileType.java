package io.dfs.common.message;

/**
 * The type of an inode, with the bits that {@code st_mode} has for it. The order is part of the
 * wire and disk formats.
 */
public enum FileType {
  REGULAR(0100000),
  DIRECTORY(0040000),
  SYMLINK(0120000),
  FIFO(0010000),
  SOCKET(0140000),
  CHARACTER_DEVICE(0020000),
  BLOCK_DEVICE(0060000);

  private static final int MASK = 0170000;
  private final int modeBits;

  FileType(int modeBits) {
    this.modeBits = modeBits;
  }

  /** S_IFREG and its like. */
  public int modeBits() {
    return modeBits;
  }

  /** The type in {@code st_mode}; a mode without type bits is a regular file, as for mknod(2). */
  public static FileType ofMode(int mode) {
    int bits = mode & MASK;
    for (FileType type : values()) {
      if (type.modeBits == bits) {
        return type;
      }
    }
    if (bits == 0) {
      return REGULAR;
    }
    throw new IllegalArgumentException(
        "no file type has the mode bits " + Integer.toOctalString(bits));
  }
}
