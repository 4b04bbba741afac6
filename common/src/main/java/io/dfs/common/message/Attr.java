package io.dfs.common.message;

import io.dfs.common.id.InodeId;

/**
 * The attributes of an inode.
 *
 * @param mode the permission bits, 07777 at most; the type is {@code type}
 * @param nlink directory entries that name it (for a directory: 2 and one for each subdirectory); 0
 *     for an unlinked open file
 * @param rdev the device number of a device file (Linux's {@code dev_t}), else 0
 * @param sizeBytes length of a file or of a symbolic link's target
 * @param allocatedBytes bytes of the file that are in chunks, one copy counted; holes do not count
 * @param version raised by every change of the file's content, size or layout; equal versions mean
 *     equal bytes
 * @param settings the chunk size and replica count of this file, or what is created in this
 *     directory inherits
 * @param acl whether there is an access or a default ACL, which is an extended attribute
 * @param bare true when there is surely no other extended attribute
 */
public record Attr(
    InodeId inode,
    FileType type,
    int mode,
    int nlink,
    int uid,
    int gid,
    long rdev,
    long sizeBytes,
    long allocatedBytes,
    Timestamp atime,
    Timestamp mtime,
    Timestamp ctime,
    Timestamp btime,
    long version,
    DataSettings settings,
    boolean acl,
    boolean bare) {

  /** Without an ACL. */
  public Attr(
      InodeId inode,
      FileType type,
      int mode,
      int nlink,
      int uid,
      int gid,
      long rdev,
      long sizeBytes,
      long allocatedBytes,
      Timestamp atime,
      Timestamp mtime,
      Timestamp ctime,
      Timestamp btime,
      long version,
      DataSettings settings) {
    this(
        inode,
        type,
        mode,
        nlink,
        uid,
        gid,
        rdev,
        sizeBytes,
        allocatedBytes,
        atime,
        mtime,
        ctime,
        btime,
        version,
        settings,
        false,
        false);
  }

  public Attr withAtime(Timestamp time) {
    return new Attr(
        inode,
        type,
        mode,
        nlink,
        uid,
        gid,
        rdev,
        sizeBytes,
        allocatedBytes,
        time,
        mtime,
        ctime,
        btime,
        version,
        settings,
        acl,
        bare);
  }

  /** {@code st_mode}: type and permissions. */
  public int stMode() {
    return type.modeBits() | mode;
  }

  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }
}
