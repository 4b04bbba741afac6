package io.dfs.common.error;

/**
 * The errors of POSIX that dfs gives, with Linux's numbers, which are also the numbers on the wire.
 */
public enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  EINTR(4, "interrupted"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device or address"),
  EBADF(9, "bad file handle"),
  EAGAIN(11, "try again"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EBUSY(16, "busy"),
  EEXIST(17, "exists already"),
  EXDEV(18, "crosses filesystems"),
  ENODEV(19, "no such device"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left"),
  EROFS(30, "read-only filesystem"),
  EMLINK(31, "too many links"),
  ERANGE(34, "result too large"),
  EDEADLK(35, "would deadlock"),
  ENAMETOOLONG(36, "name too long"),
  ENOLCK(37, "the lease that was needed is not held"),
  ENOSYS(38, "not implemented"),
  ENOTEMPTY(39, "directory not empty"),
  ELOOP(40, "too many symbolic links"),
  ENODATA(61, "no such attribute"),
  EPROTO(71, "protocol error"),
  EOVERFLOW(75, "value too large"),
  EBADMSG(74, "bad checksum"),
  EOPNOTSUPP(95, "not supported"),
  ESTALE(116, "stale: it was replaced or its session has ended"),
  ETIMEDOUT(110, "timed out"),
  ECONNREFUSED(111, "connection refused"),
  EHOSTUNREACH(113, "no route to host"),
  EDQUOT(122, "quota exceeded");

  private final int code;
  private final String text;

  Errno(int code, String text) {
    this.code = code;
    this.text = text;
  }

  public int code() {
    return code;
  }

  public String text() {
    return text;
  }

  /** The error of a number; {@link #EIO} for one that dfs does not know. */
  public static Errno of(int code) {
    for (Errno errno : values()) {
      if (errno.code == code) {
        return errno;
      }
    }
    return EIO;
  }
}
