package io.dfs.client.vfs;

import io.dfs.client.session.OpenInodes.OpenInode;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Lock;
import io.dfs.common.message.MessageCodec;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one process hands to another of the same machine, so that its session, its open files and
 * its locks go on there. Immutable. Written data is not among it: that is committed before.
 *
 * @param caches whether the session keeps what it is told
 * @param sequences the last number of each slot of the session
 * @param seen the last recall that was seen to
 * @param trustedUntilNanos when the lease of the cache ends; as nanoTime, which all processes of a
 *     machine share
 * @param nextHandle the number of the next handle
 */
public record VfsState(
    SessionId session,
    String clusterId,
    boolean caches,
    long[] sequences,
    long seen,
    long trustedUntilNanos,
    List<OpenInode> opens,
    long nextHandle,
    List<OpenHandle> handles) {

  /** Part of the version of what processes hand over: to be raised with every change here. */
  public static final int VERSION = 1;

  /** Who may hold a lock that was taken through a handle. */
  record LockOwner(Lock.Kind kind, long owner) {}

  /**
   * An open file or directory.
   *
   * @param attr of a regular file, as the nameserver told it last
   * @param readAt when it was read last
   * @param atimeDue whether that is to be told
   * @param failure what the next to ask whether all is well is to be told; of the first handle of
   *     each file only
   */
  record OpenHandle(
      long number,
      InodeId inode,
      Caller caller,
      OpenMode mode,
      @Nullable Attr attr,
      @Nullable Timestamp readAt,
      boolean atimeDue,
      List<LockOwner> lockOwners,
      @Nullable FsException failure) {}

  public void write(DataOutput out) throws IOException {
    out.writeLong(session.value());
    out.writeUTF(clusterId);
    out.writeBoolean(caches);
    out.writeInt(sequences.length);
    for (long sequence : sequences) {
      out.writeLong(sequence);
    }
    out.writeLong(seen);
    out.writeLong(trustedUntilNanos);
    out.writeInt(opens.size());
    for (OpenInode open : opens) {
      out.writeLong(open.inode().value());
      out.writeInt(open.all());
      out.writeInt(open.told());
    }
    out.writeLong(nextHandle);
    out.writeInt(handles.size());
    for (OpenHandle handle : handles) {
      write(handle, out);
    }
  }

  private static void write(OpenHandle h, DataOutput out) throws IOException {
    out.writeLong(h.number);
    out.writeLong(h.inode.value());
    out.writeInt(h.caller.uid());
    out.writeInt(h.caller.gid());
    out.writeInt(h.caller.groups().length);
    for (int group : h.caller.groups()) {
      out.writeInt(group);
    }
    out.writeBoolean(h.caller.checked());
    out.writeBoolean(h.mode.read());
    out.writeBoolean(h.mode.write());
    out.writeBoolean(h.mode.append());
    out.writeBoolean(h.attr != null);
    if (h.attr != null) {
      Reply.Node node = new Reply.Node(h.attr);
      ByteArrayOutputStream attr = new ByteArrayOutputStream();
      MessageCodec.write(node, attr);
      out.writeInt(MessageCodec.code(node));
      out.writeInt(attr.size());
      out.write(attr.toByteArray());
    }
    out.writeBoolean(h.readAt != null);
    if (h.readAt != null) {
      out.writeLong(h.readAt.seconds());
      out.writeInt(h.readAt.nanos());
    }
    out.writeBoolean(h.atimeDue);
    out.writeInt(h.lockOwners.size());
    for (LockOwner owner : h.lockOwners) {
      out.writeBoolean(owner.kind == Lock.Kind.FLOCK);
      out.writeLong(owner.owner);
    }
    out.writeBoolean(h.failure != null);
    if (h.failure != null) {
      String message = String.valueOf(h.failure.getMessage());
      out.writeInt(h.failure.errno().code());
      out.writeUTF(message.substring(0, Math.min(message.length(), 1000)));
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException when it is something else
   */
  public static VfsState read(DataInput in) throws IOException {
    SessionId session = new SessionId(in.readLong());
    String clusterId = in.readUTF();
    boolean caches = in.readBoolean();
    long[] sequences = new long[count(in)];
    for (int i = 0; i < sequences.length; i++) {
      sequences[i] = in.readLong();
    }
    long seen = in.readLong();
    long trustedUntilNanos = in.readLong();
    List<OpenInode> opens = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      opens.add(new OpenInode(new InodeId(in.readLong()), in.readInt(), in.readInt()));
    }
    long nextHandle = in.readLong();
    List<OpenHandle> handles = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      handles.add(readHandle(in));
    }
    return new VfsState(
        session, clusterId, caches, sequences, seen, trustedUntilNanos, opens, nextHandle, handles);
  }

  private static OpenHandle readHandle(DataInput in) throws IOException {
    long number = in.readLong();
    InodeId inode = new InodeId(in.readLong());
    int uid = in.readInt();
    int gid = in.readInt();
    int[] groups = new int[count(in)];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = in.readInt();
    }
    Caller caller = new Caller(uid, gid, groups, in.readBoolean());
    OpenMode mode = new OpenMode(in.readBoolean(), in.readBoolean(), in.readBoolean(), false);
    Attr attr = in.readBoolean() ? readAttr(in) : null;
    Timestamp readAt = in.readBoolean() ? new Timestamp(in.readLong(), in.readInt()) : null;
    boolean atimeDue = in.readBoolean();
    List<LockOwner> owners = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      Lock.Kind kind = in.readBoolean() ? Lock.Kind.FLOCK : Lock.Kind.POSIX;
      owners.add(new LockOwner(kind, in.readLong()));
    }
    FsException failure =
        in.readBoolean() ? new FsException(Errno.of(in.readInt()), in.readUTF()) : null;
    return new OpenHandle(number, inode, caller, mode, attr, readAt, atimeDue, owners, failure);
  }

  private static Attr readAttr(DataInput in) throws IOException {
    int code = in.readInt();
    byte[] bytes = new byte[count(in)];
    in.readFully(bytes);
    if (MessageCodec.read(code, new ByteArrayInputStream(bytes)) instanceof Reply.Node node) {
      return node.attr();
    }
    throw new IOException("something else than attributes: " + code);
  }

  private static int count(DataInput in) throws IOException {
    int count = in.readInt();
    if (count < 0) {
      throw new IOException("a list of " + count);
    }
    return count;
  }
}
