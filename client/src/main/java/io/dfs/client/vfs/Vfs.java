package io.dfs.client.vfs;

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
 * <p>Coherence: {@link #open}, {@link #create} and {@link #lookup} ask the nameserver; {@link
 * #getattr} and the layout may come from a cache of {@code attributeTtl}. What a writer's {@link
 * #flush} had committed is seen by every later {@link #open} on any client.
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

  CompletableFuture<Attr> mkdir(Caller caller, InodeId parent, Name name, int mode);

  CompletableFuture<Attr> symlink(Caller caller, InodeId parent, Name name, byte[] target);

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

  /** Ends the handle after a {@link #flush}. Works with a file's and a directory's handle. */
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

  /** The flags are those of {@link io.dfs.common.message.Mutation.SetXattr}. */
  CompletableFuture<Void> setxattr(
      Caller caller, InodeId inode, Name name, byte[] value, int flags);

  CompletableFuture<Void> removexattr(Caller caller, InodeId inode, Name name);

  /** The lock that is in the way, or one of type UNLOCK when there is none. */
  CompletableFuture<Lock> getlk(long handle, Lock lock);

  /**
   * EAGAIN when another holds it and {@code wait} is false; EDEADLK. Cancelling the future ends the
   * wait.
   */
  CompletableFuture<Void> setlk(long handle, Lock lock, boolean wait);
}
