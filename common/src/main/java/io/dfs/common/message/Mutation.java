package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks the nameserver to change. Each runs once however often it is sent: a repeated
 * {@link #request} gets the remembered reply (or the remembered error). ESTALE when the session has
 * ended.
 */
public sealed interface Mutation extends Message {
  RequestId request();

  /**
   * Makes a regular file, and opens it when {@code open}. Answered by {@link Reply.Opened}; EEXIST
   * when the name exists and {@code exclusive}; without {@code exclusive} an existing regular file
   * is opened as it is.
   *
   * @param umask taken off {@code mode} unless the parent has a default ACL; 0 when it is already
   */
  record Create(
      RequestId request,
      Caller caller,
      InodeId parent,
      Name name,
      int mode,
      boolean exclusive,
      boolean open,
      int umask)
      implements Mutation {
    public Create(
        RequestId request,
        Caller caller,
        InodeId parent,
        Name name,
        int mode,
        boolean exclusive,
        boolean open) {
      this(request, caller, parent, name, mode, exclusive, open, 0);
    }
  }

  /**
   * Makes and opens a regular file without a name, as if in {@code parent}. It may get a name by
   * {@link Link} and else goes with its last close. Answered by {@link Reply.Opened}.
   *
   * @param umask as of {@link Create}
   */
  record CreateUnnamed(RequestId request, Caller caller, InodeId parent, int mode, int umask)
      implements Mutation {}

  /**
   * Makes a file of any type but directory and symlink. Answered by {@link Reply.Node}.
   *
   * @param umask as of {@link Create}
   */
  record Mknod(
      RequestId request,
      Caller caller,
      InodeId parent,
      Name name,
      FileType type,
      int mode,
      long rdev,
      int umask)
      implements Mutation {
    public Mknod(
        RequestId request,
        Caller caller,
        InodeId parent,
        Name name,
        FileType type,
        int mode,
        long rdev) {
      this(request, caller, parent, name, type, mode, rdev, 0);
    }
  }

  /**
   * Answered by {@link Reply.Node}.
   *
   * @param umask as of {@link Create}
   */
  record Mkdir(RequestId request, Caller caller, InodeId parent, Name name, int mode, int umask)
      implements Mutation {
    public Mkdir(RequestId request, Caller caller, InodeId parent, Name name, int mode) {
      this(request, caller, parent, name, mode, 0);
    }
  }

  /** Answered by {@link Reply.Node}; a target has 1 to 4095 bytes. */
  record Symlink(RequestId request, Caller caller, InodeId parent, Name name, byte[] target)
      implements Mutation {}

  /**
   * A further name for {@code inode}, or the first for one of {@link CreateUnnamed}. Answered by
   * {@link Reply.Node}; EPERM for a directory, EMLINK, ENOENT when its last name is gone.
   */
  record Link(RequestId request, Caller caller, InodeId inode, InodeId parent, Name name)
      implements Mutation {}

  /**
   * Answered by {@link Reply.Node}: the inode that lost a name, as it is now (nlink 0 when that was
   * its last).
   */
  record Unlink(RequestId request, Caller caller, InodeId parent, Name name) implements Mutation {}

  /** Answered by {@link Reply.Node}; ENOTEMPTY, ENOTDIR, EBUSY for the root. */
  record Rmdir(RequestId request, Caller caller, InodeId parent, Name name) implements Mutation {}

  /**
   * Atomic, replacing an existing target. Answered by {@link Reply.Renamed}.
   *
   * @param flags 0, {@link #NOREPLACE} or {@link #EXCHANGE}
   */
  record Rename(
      RequestId request,
      Caller caller,
      InodeId parent,
      Name name,
      InodeId newParent,
      Name newName,
      int flags)
      implements Mutation {
    public static final int NOREPLACE = 1;
    public static final int EXCHANGE = 2;
  }

  /**
   * Changes what is not null. Answered by {@link Reply.Node}. {@code atimeNow}/{@code mtimeNow}
   * mean the nameserver's clock. A smaller size cuts extents; a larger one makes a hole.
   */
  record SetAttr(
      RequestId request,
      Caller caller,
      InodeId inode,
      @Nullable Integer mode,
      @Nullable Integer uid,
      @Nullable Integer gid,
      @Nullable Long sizeBytes,
      @Nullable Timestamp atime,
      @Nullable Timestamp mtime,
      boolean atimeNow,
      boolean mtimeNow)
      implements Mutation {}

  /**
   * Answered by {@link Reply.Done}.
   *
   * @param flags 0, {@link #CREATE} (EEXIST when it exists) or {@link #REPLACE} (ENODATA when it
   *     does not), and {@link #KILL_SETGID} with an access ACL that takes the setgid bit away,
   *     because the caller, whom the kernel has checked, is not of the file's group
   */
  record SetXattr(
      RequestId request, Caller caller, InodeId inode, Name name, byte[] value, int flags)
      implements Mutation {
    public static final int CREATE = 1;
    public static final int REPLACE = 2;
    public static final int KILL_SETGID = 4;
    public static final int MAX_VALUE_BYTES = 65536;
  }

  /** Answered by {@link Reply.Done}; ENODATA. */
  record RemoveXattr(RequestId request, Caller caller, InodeId inode, Name name)
      implements Mutation {}

  /**
   * What is created in this directory from now on inherits; 0 leaves that part as it is. Answered
   * by {@link Reply.Node}.
   *
   * @param recursive also for what exists in it and below it, in the background: see {@link
   *     Query.GetConversions}
   */
  record SetSettings(
      RequestId request,
      Caller caller,
      InodeId directory,
      int chunkBytes,
      int replicas,
      boolean recursive)
      implements Mutation {
    /** For what is created from now on. */
    public SetSettings(
        RequestId request, Caller caller, InodeId directory, int chunkBytes, int replicas) {
      this(request, caller, directory, chunkBytes, replicas, false);
    }
  }

  /**
   * A new chunk to append to, owned by the session until it is sealed in a {@link Commit} or the
   * session ends. Answered by {@link Reply.ChunkAllocated}; ENOSPC when no group of servers has
   * room.
   *
   * @param avoid servers that just failed the writer
   */
  record AllocateChunk(RequestId request, DataSettings settings, List<NodeId> avoid)
      implements Mutation {}

  /**
   * Makes written bytes part of the file: in list order each extent replaces whatever of the layout
   * it overlaps. The size grows to the last extent's end at least. Sent only after every replica
   * has the bytes. Answered by {@link Reply.Node}.
   *
   * @param extents may be empty (to seal only)
   * @param mtime of the last write by the client's clock, becomes mtime and ctime; null leaves them
   * @param sealed chunks of this session that it will append to no more
   * @param durable answer only when the change is on disk; the extents' bytes must be already
   * @param clearSetIds a write by an ordinary user: setuid and setgid bits go
   * @param append all extents move by the same distance, so that the first begins at the end of the
   *     file as it is now: the size in the answer tells the place
   * @param leased ENOLCK, and nothing is changed, unless the session holds the write lease; else
   *     who holds it commits first
   */
  record Commit(
      RequestId request,
      InodeId inode,
      List<Extent> extents,
      @Nullable Timestamp mtime,
      List<ChunkId> sealed,
      boolean durable,
      boolean clearSetIds,
      boolean append,
      boolean leased)
      implements Mutation {
    /** By a session that has no leases. */
    public Commit(
        RequestId request,
        InodeId inode,
        List<Extent> extents,
        @Nullable Timestamp mtime,
        List<ChunkId> sealed,
        boolean durable,
        boolean clearSetIds,
        boolean append) {
      this(request, inode, extents, mtime, sealed, durable, clearSetIds, append, false);
    }

    public Commit(
        RequestId request,
        InodeId inode,
        List<Extent> extents,
        @Nullable Timestamp mtime,
        List<ChunkId> sealed,
        boolean durable,
        boolean clearSetIds) {
      this(request, inode, extents, mtime, sealed, durable, clearSetIds, false);
    }
  }

  /**
   * fallocate(2): changes what of a regular file is data and what is a hole. Answered by {@link
   * Reply.Ranged}: a range of very many extents is worked off in parts, and who asks goes on from
   * there. The mode is 0 or a sum of Linux's FALLOC_FL_ bits:
   *
   * <ul>
   *   <li>0: the size becomes {@code offset + length} at least. Chunks are append-only, so no room
   *       can be set aside for later writes to a place; that the servers have as many bytes free
   *       now is for the client to see to, and another may take them before they are written.
   *   <li>{@link #KEEP_SIZE}: the same without the size.
   *   <li>{@link #PUNCH_HOLE}, with KEEP_SIZE only: the range becomes a hole.
   *   <li>{@link #ZERO_RANGE}, alone or with KEEP_SIZE: the range reads as zeros; it is a hole, as
   *       of unwritten extents elsewhere.
   *   <li>{@link #COLLAPSE_RANGE} and {@link #INSERT_RANGE}, alone: the range is taken out, or a
   *       hole comes in, and what follows moves by its length. EINVAL unless offset and length are
   *       multiples of 4096 and the range ends before the end of the file (INSERT: begins);
   *       EOPNOTSUPP when too many extents would have to move.
   * </ul>
   *
   * <p>mtime and ctime change; {@code clearSetIds} is as in {@link Commit}.
   */
  record Allocate(
      RequestId request, InodeId inode, int mode, long offset, long length, boolean clearSetIds)
      implements Mutation {
    public static final int KEEP_SIZE = 0x01;
    public static final int PUNCH_HOLE = 0x02;
    public static final int COLLAPSE_RANGE = 0x08;
    public static final int ZERO_RANGE = 0x10;
    public static final int INSERT_RANGE = 0x20;
  }

  /**
   * Makes a range of {@code to} refer to the same bytes as a range of {@code from}, holes included.
   * Stops at the end of {@code from}, and after very many extents. Answered by {@link Reply.Ranged}
   * with the attributes of {@code to}; EINVAL when the ranges overlap in one file.
   *
   * @param clearSetIds as in {@link Commit}
   */
  record CloneRange(
      RequestId request,
      InodeId from,
      long fromOffset,
      InodeId to,
      long toOffset,
      long length,
      boolean clearSetIds)
      implements Mutation {}

  /**
   * Takes or frees a lock without waiting. Answered by {@link Reply.Done}; EAGAIN when another
   * holds it.
   */
  record SetLock(RequestId request, InodeId inode, Lock lock) implements Mutation {}

  /**
   * What is deleted from this directory, or from one below it that says nothing else, is kept in
   * the trash for so long. Answered by {@link Reply.Done}.
   *
   * @param seconds 0 keeps nothing, a negative number goes by the directory above
   */
  record SetTrash(RequestId request, Caller caller, InodeId directory, long seconds)
      implements Mutation {
    public static final long MAX_SECONDS = 10L * 366 * 86_400;
  }
}
