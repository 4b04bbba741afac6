package io.dfs.fusemount.linux.wire;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;

/**
 * What was agreed on with the kernel. Immutable.
 *
 * @param minor of the protocol 7
 * @param flags both want; of {@link InitFlags}
 */
public record Negotiation(
    int minor, int maxReadahead, long flags, int maxBackground, int maxWrite, int maxPages) {
  public static final int MAJOR = 7;

  /** Linux 5.2, the oldest with all that the engine cannot do without. */
  public static final int OLDEST_MINOR = 31;

  /** Linux 6.18. */
  public static final int NEWEST_MINOR = 45;

  /** Linux 6.6. */
  private static final int DROPS_PAGES_MINOR = 39;

  /** The most that the kernel grants without a change of fs.fuse.max_pages_limit. */
  public static final int MAX_REQUEST_BYTES = 1 << 20;

  private static final int PAGE_BYTES = 4096;
  private static final int READAHEAD_BYTES = 4 << 20;

  /** The kernel's default of 12 leaves read-ahead waiting for the network. */
  private static final int BACKGROUND = 128;

  private static final long ALWAYS =
      InitFlags.ASYNC_READ
          | InitFlags.POSIX_LOCKS
          | InitFlags.FLOCK_LOCKS
          | InitFlags.ATOMIC_O_TRUNC
          | InitFlags.BIG_WRITES
          | InitFlags.DO_READDIRPLUS
          | InitFlags.READDIRPLUS_AUTO
          | InitFlags.ASYNC_DIO
          | InitFlags.PARALLEL_DIROPS
          | InitFlags.ABORT_ERROR
          | InitFlags.MAX_PAGES
          | InitFlags.CACHE_SYMLINKS
          | InitFlags.HANDLE_KILLPRIV_V2
          | InitFlags.DONT_MASK
          | InitFlags.POSIX_ACL
          | InitFlags.SETXATTR_EXT
          | InitFlags.INIT_EXT
          | InitFlags.HAS_RESEND;

  /**
   * Neither AUTO_INVAL_DATA, which drops a file's pages after its own writer's every write, nor
   * EXPLICIT_INVAL_DATA, which keeps a last page's zeros when another client appends.
   *
   * @param wanted besides what the engine always wants
   * @throws FsException EPROTO when the kernel is too old or too new
   */
  public static Negotiation with(Body.Init kernel, long wanted) {
    if (kernel.major() != MAJOR || kernel.minor() < OLDEST_MINOR) {
      throw new FsException(
          Errno.EPROTO,
          "the kernel speaks FUSE "
              + kernel.major()
              + "."
              + kernel.minor()
              + ", this engine 7.31 or newer; mount with --engine jnr");
    }
    long flags = kernel.flags() & (ALWAYS | wanted);
    if ((flags & InitFlags.MAX_PAGES) == 0) {
      throw new FsException(
          Errno.EPROTO, "the kernel lacks requests of many pages; mount with --engine jnr");
    }
    return new Negotiation(
        Math.min(kernel.minor(), NEWEST_MINOR),
        Math.min(kernel.maxReadahead(), READAHEAD_BYTES),
        flags,
        BACKGROUND,
        MAX_REQUEST_BYTES,
        MAX_REQUEST_BYTES / PAGE_BYTES);
  }

  /** Whether the kernel drops the pages of a file that is written past them. */
  public boolean dropsPagesOfDirectWrites() {
    return minor >= DROPS_PAGES_MINOR;
  }

  public boolean has(long flag) {
    return (flags & flag) != 0;
  }
}
