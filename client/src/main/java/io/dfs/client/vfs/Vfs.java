package io.dfs.client.vfs;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply.FsStats;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * POSIX operations by inode number. Shared: any thread may call any method at any time. Nothing
 * here waits; a future fails with {@link io.dfs.common.error.FsException} and is completed within
 * the client's deadlines, on a thread that must not be made to wait. Dependents that wait or work
 * long belong on an executor of their own.
 *
 * <p>Attributes are those of this client: size and mtime include what it has written and not
 * committed yet.
 *
 * <p>Coherence: what an operation on one client did before it completed is seen by every operation
 * that any client starts later, written data included that is neither flushed nor closed. Answers
 * may come from a cache that the nameserver keeps true by recalls. Without leases {@link #open},
 * {@link #create} and {@link #lookup} ask, and the rest may be {@code attributeTtl} old.
 */
public interface Vfs {

  /** How to open. {@code append}: every write goes to the end of the file, whatever its offset. */
  record OpenMode(boolean read, boolean write, boolean append, boolean truncate) {
    public static final OpenMode READ = new OpenMode(true, false, false, false);
    public static final OpenMode WRITE = new OpenMode(false, true, false, false);
    public static final OpenMode READ_WRITE = new OpenMode(true, true, false, false);
  }

  /**
   * An open file or directory; the number is this client's own and means nothing elsewhere.
   *
   * @param attr as of the open
   */
  record Opened(long handle, Attr attr) {}

  /**
   * Is told what an engine may have let its kernel keep and is no longer true. Changes that this
   * client was asked for by the same engine are not told: the kernel has made them itself.
   *
   * <p>Called from network threads among others: the methods must not wait, nor call the {@link
   * Vfs} and wait. What has to wait for the kernel goes to a thread of the engine's own, and {@link
   * #settled} says when it is done.
   *
   * <p>An answer that was under way meanwhile may tell the kernel the old state after the notice.
   * So an engine counts the notices, and gives an answer no time (0) when one came since it asked;
   * the check and the write of the answer must not be split by a notice to the kernel.
   *
   * <p>A kernel that holds a lock on a directory for a request under way lets a notice wait, and
   * two mounts that wait so for each other would do so until a lease runs out. The engine has to
   * find another way to have the kernel forget; the client waits half a second for {@link #settled}
   * and goes on.
   */
  interface Invalidations {
    /**
     * The attributes of the inode are no longer true (FUSE's NOTIFY_INVAL_INODE).
     *
     * @param data nor is its content: cached pages go, and dirty ones of a kernel that writes back
     *     are written first. Of a directory, its listing
     */
    void inode(InodeId inode, boolean data);

    /**
     * What {@code name} means in {@code parent}, or that it means nothing, is no longer true
     * (NOTIFY_INVAL_ENTRY).
     *
     * @param child what the name meant, {@link InodeId#NONE} when this client does not know
     */
    void entry(InodeId parent, Name name, InodeId child);

    /**
     * Completes when the kernel has forgotten all that was named before this call: until then the
     * client does not tell the nameserver that it has let go, and another client's change waits. It
     * waits half a second at most.
     */
    default CompletableFuture<Void> settled() {
      return CompletableFuture.completedFuture(null);
    }
  }

  /**
   * From now on {@code listener} is told what this client can no longer vouch for. One at a time: a
   * later one takes its place.
   */
  default void listen(Invalidations listener) {}

  /**
   * How long from now on an engine that {@link #listen listens} may let its kernel keep attributes,
   * entries and the absence of entries that it was given: what becomes untrue earlier is told to
   * the listener. To be asked anew for each answer. An engine that cannot invalidate uses one
   * second at most. 0 while this client is cut off from the nameserver.
   */
  default long trustMs() {
    return 1000;
  }

  /** The directory that users see as the root: the cluster's own, or one below it. */
  default InodeId root() {
    return InodeId.ROOT;
  }

  /** ENOENT, ENOTDIR, EACCES, ENAMETOOLONG. "." and ".." are understood. */
  CompletableFuture<Attr> lookup(Caller caller, InodeId parent, Name name);

  CompletableFuture<Attr> getattr(InodeId inode);

  /**
   * Changes what the request names. Unwritten data is committed first, so that the times set here
   * stay.
   */
  CompletableFuture<Attr> setattr(Caller caller, InodeId inode, AttrChange change);

  CompletableFuture<byte[]> readlink(InodeId inode);

  CompletableFuture<Attr> mknod(
      Caller caller, InodeId parent, Name name, FileType type, int mode, long rdev);

  /**
   * {@link #mknod(Caller, InodeId, Name, FileType, int, long)} for an engine whose kernel leaves
   * the umask to the filesystem: a default ACL of {@code parent} takes its place where there is
   * one.
   *
   * @param mode permission bits as the program gave them, the umask not taken off
   */
  default CompletableFuture<Attr> mknod(
      Caller caller, InodeId parent, Name name, FileType type, int mode, long rdev, int umask) {
    return mknod(caller, parent, name, type, mode & ~umask, rdev);
  }

  CompletableFuture<Attr> mkdir(Caller caller, InodeId parent, Name name, int mode);

  /** With the umask, as {@link #mknod(Caller, InodeId, Name, FileType, int, long, int)}. */
  default CompletableFuture<Attr> mkdir(
      Caller caller, InodeId parent, Name name, int mode, int umask) {
    return mkdir(caller, parent, name, mode & ~umask);
  }

  CompletableFuture<Attr> symlink(Caller caller, InodeId parent, Name name, byte[] target);

  /**
   * ENOENT when the last name of the inode is gone; one that {@link #tmpfile} made gets its first.
   */
  CompletableFuture<Attr> link(Caller caller, InodeId inode, InodeId parent, Name name);

  /**
   * Returns the inode that lost the name. A file that is open here or on another client lives on
   * until its last close.
   */
  CompletableFuture<Attr> unlink(Caller caller, InodeId parent, Name name);

  CompletableFuture<Attr> rmdir(Caller caller, InodeId parent, Name name);

  /** The flags are those of {@link io.dfs.common.message.Mutation.Rename}. */
  CompletableFuture<Attr> rename(
      Caller caller, InodeId parent, Name name, InodeId newParent, Name newName, int flags);

  /**
   * Makes and opens a regular file. With {@code exclusive}, EEXIST when the name exists; else an
   * existing file is opened.
   */
  CompletableFuture<Opened> create(
      Caller caller, InodeId parent, Name name, int mode, boolean exclusive, OpenMode openMode);

  /** With the umask, as {@link #mknod(Caller, InodeId, Name, FileType, int, long, int)}. */
  default CompletableFuture<Opened> create(
      Caller caller,
      InodeId parent,
      Name name,
      int mode,
      int umask,
      boolean exclusive,
      OpenMode openMode) {
    return create(caller, parent, name, mode & ~umask, exclusive, openMode);
  }

  /**
   * Makes and opens a regular file without a name (O_TMPFILE), as if it were made in {@code
   * parent}: it goes with its last close unless {@link #link} names it before (whether that is
   * allowed, O_EXCL, is the engine's to keep). EOPNOTSUPP where the filesystem has none.
   *
   * @param mode permission bits as the program gave them
   * @param umask taken off {@code mode} unless {@code parent} has a default ACL
   */
  default CompletableFuture<Opened> tmpfile(
      Caller caller, InodeId parent, int mode, int umask, OpenMode openMode) {
    return unsupported("a file without a name");
  }

  /**
   * Asks the nameserver, so it sees what other clients have closed. EISDIR for writing to a
   * directory.
   */
  CompletableFuture<Opened> open(Caller caller, InodeId inode, OpenMode openMode);

  /**
   * {@link #open(Caller, InodeId, OpenMode)} of what {@code name} names now, whatever it named when
   * it was looked up. ENXIO when the parent does not exist any more.
   */
  default CompletableFuture<Opened> open(
      Caller caller, InodeId parent, Name name, OpenMode openMode) {
    return lookup(caller, parent, name).thenCompose(attr -> open(caller, attr.inode(), openMode));
  }

  /**
   * Up to {@code length} bytes from {@code offset}; fewer only at the end of the file (0 at or past
   * it).
   *
   * @return the bytes; the receiver releases the buffer. Its parts may be shared with the block
   *     cache: do not write into it.
   */
  CompletableFuture<ByteBuf> read(long handle, long offset, int length);

  /**
   * Takes the readable bytes of {@code data} into the dirty buffer; completes when they are
   * accepted there, which may wait for room. Does not keep or release {@code data}: its bytes are
   * copied before the method returns or, when there is no room yet, before the future completes,
   * and the caller keeps them unchanged until then. An earlier failure of the background writes is
   * reported by the next write, flush or fsync of any handle of the file, once.
   *
   * @return bytes written, always all of them
   */
  CompletableFuture<Integer> write(long handle, long offset, ByteBuf data);

  /**
   * All data written to the file so far is on every replica and committed: any later open on any
   * client sees it.
   */
  CompletableFuture<Void> flush(long handle);

  /** As {@link #flush}, and data and metadata survive a power cut. */
  CompletableFuture<Void> fsync(long handle, boolean dataOnly);

  /**
   * fallocate(2) on a handle that is open for writing: see {@link
   * io.dfs.common.message.Mutation.Allocate} for the modes, which are Linux's numbers, and for what
   * each promises. Unwritten data is committed first. When it is done every later read on this
   * client sees it. EOPNOTSUPP for a mode that is not known, EINVAL, EFBIG, EBADF.
   */
  default CompletableFuture<Void> fallocate(long handle, int mode, long offset, long length) {
    return unsupported("fallocate");
  }

  /**
   * SEEK_DATA and SEEK_HOLE: the first offset at or after {@code offset} that is data (or, with
   * {@code hole}, in a hole; the end of the file is one). What is written here and not committed is
   * data. ENXIO when {@code offset} is at or past the end, or no data follows.
   */
  default CompletableFuture<Long> seek(long handle, long offset, boolean hole) {
    return unsupported("SEEK_DATA and SEEK_HOLE");
  }

  /**
   * copy_file_range(2): {@code to} refers to the same chunks as {@code from} from then on, holes
   * included, so that a copy of any size moves no bytes. Unwritten data of both is committed first.
   * Stops at the end of {@code from}. EINVAL when the ranges overlap within one file, EBADF unless
   * {@code from} is open for reading and {@code to} for writing and not for appending.
   *
   * @return bytes copied, 0 at the end of {@code from}; it may be fewer than asked for
   */
  default CompletableFuture<Long> copyRange(
      long from, long fromOffset, long to, long toOffset, long length) {
    return unsupported("copying a range within the filesystem");
  }

  private static <T> CompletableFuture<T> unsupported(String what) {
    return CompletableFuture.failedFuture(
        new FsException(Errno.EOPNOTSUPP, what + " is not supported here"));
  }

  /**
   * Ends the handle after a {@link #flush}. Works with a file's and a directory's handle. Locks
   * that were taken through a file's handle are freed: those of an open file description (flock,
   * OFD) end with it, and those of a process have by then.
   */
  CompletableFuture<Void> release(long handle);

  /** The attributes by handle, also of a file without a name. */
  CompletableFuture<Attr> getattr(long handle);

  CompletableFuture<Opened> opendir(Caller caller, InodeId directory);

  /**
   * Entries after {@code cookie} (0: from the beginning), "." and ".." included; an empty list at
   * the end. Each has a positive cookie. Entries that exist throughout are seen exactly once,
   * whatever happens meanwhile.
   */
  CompletableFuture<List<Entry>> readdir(long handle, long cookie, int maxEntries);

  /**
   * {@link #readdir} with the attributes of each entry, as {@link #lookup} would give them, for one
   * call to the nameserver.
   */
  default CompletableFuture<List<EntryAttr>> readdirPlus(long handle, long cookie, int maxEntries) {
    return readdir(handle, cookie, maxEntries)
        .thenApply(entries -> entries.stream().map(e -> new EntryAttr(e, null)).toList());
  }

  /** Everything acknowledged before survives a power cut. */
  CompletableFuture<Void> fsyncdir(long handle);

  CompletableFuture<FsStats> statfs();

  /**
   * EACCES unless {@code caller} may do all of {@code mask} (4 read, 2 write, 1 execute; 0:
   * exists).
   */
  CompletableFuture<Void> access(Caller caller, InodeId inode, int mask);

  CompletableFuture<byte[]> getxattr(Caller caller, InodeId inode, Name name);

  CompletableFuture<List<Name>> listxattr(Caller caller, InodeId inode);

  /**
   * The flags are those of {@link io.dfs.common.message.Mutation.SetXattr}. {@code
   * system.posix_acl_access} and {@code system.posix_acl_default} take and give Linux's ACLs in
   * their format (version 2); setting the first changes the mode, and {@link #setattr} of a mode
   * changes the first.
   */
  CompletableFuture<Void> setxattr(
      Caller caller, InodeId inode, Name name, byte[] value, int flags);

  CompletableFuture<Void> removexattr(Caller caller, InodeId inode, Name name);

  /** The lock that is in the way, or one of type UNLOCK when there is none. */
  CompletableFuture<Lock> getlk(long handle, Lock lock);

  /**
   * Before a lock is freed all that was written to the file is committed, and after one is taken
   * all that was committed is seen, whenever the file was opened. What the kernel keeps of its
   * content is the engine's to drop, if {@link #getattr(long)} tells another version then.
   *
   * <p>EAGAIN when another holds it and {@code wait} is false; EDEADLK when waiting for a record
   * lock would close a circle. Cancelling the future ends the wait. Which owner it is: for F_SETLK
   * that of the process, whose every close of the file is to be told as an UNLOCK of all; for flock
   * and OFD locks that of the open file description.
   */
  CompletableFuture<Void> setlk(long handle, Lock lock, boolean wait);
}
