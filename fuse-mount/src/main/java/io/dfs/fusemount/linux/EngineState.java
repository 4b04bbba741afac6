package io.dfs.fusemount.linux;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Lock;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Header;
import io.dfs.fusemount.linux.wire.Negotiation;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one process hands to another so that it serves the mount: besides the descriptors all that
 * the kernel counts on. Immutable.
 *
 * <p>Nodes are not among it, as they are inodes. Nor is what was listed of open directories: the
 * kernel says where it goes on.
 *
 * @param agreed with the kernel at the beginning
 * @param root the inode of the mount's root
 */
public record EngineState(
    Negotiation agreed,
    InodeId root,
    List<File> files,
    List<Directory> directories,
    List<LockOwner> lockOwners,
    List<LockWait> lockWaits) {

  /** Part of the version of what processes hand over: to be raised with every change here. */
  public static final int VERSION = 1;

  /**
   * An open file.
   *
   * @param otherHandle for writes in the other way than {@code append} says, or 0
   */
  record File(
      long handle,
      InodeId inode,
      boolean append,
      boolean byRoot,
      boolean written,
      long otherHandle) {}

  record Directory(long handle, InodeId inode) {}

  /** Who may hold a lock, and by which handle it was taken. */
  record LockOwner(InodeId inode, Lock.Kind kind, long owner, long handle) {}

  /**
   * A request that waits until others free a lock.
   *
   * @param channel the place of its channel among the descriptors: the kernel takes the answer
   *     there
   */
  record LockWait(int channel, Header header, Body.Lk body) {}

  public void write(DataOutput out) throws IOException {
    out.writeInt(agreed.minor());
    out.writeInt(agreed.maxReadahead());
    out.writeLong(agreed.flags());
    out.writeInt(agreed.maxBackground());
    out.writeInt(agreed.maxWrite());
    out.writeInt(agreed.maxPages());
    out.writeLong(root.value());
    out.writeInt(files.size());
    for (File file : files) {
      out.writeLong(file.handle);
      out.writeLong(file.inode.value());
      out.writeBoolean(file.append);
      out.writeBoolean(file.byRoot);
      out.writeBoolean(file.written);
      out.writeLong(file.otherHandle);
    }
    out.writeInt(directories.size());
    for (Directory directory : directories) {
      out.writeLong(directory.handle);
      out.writeLong(directory.inode.value());
    }
    out.writeInt(lockOwners.size());
    for (LockOwner owner : lockOwners) {
      out.writeLong(owner.inode.value());
      out.writeBoolean(owner.kind == Lock.Kind.FLOCK);
      out.writeLong(owner.owner);
      out.writeLong(owner.handle);
    }
    out.writeInt(lockWaits.size());
    for (LockWait wait : lockWaits) {
      write(wait, out);
    }
  }

  private static void write(LockWait wait, DataOutput out) throws IOException {
    out.writeInt(wait.channel);
    Header header = wait.header;
    out.writeInt(header.length());
    out.writeInt(header.opcode());
    out.writeLong(header.unique());
    out.writeLong(header.node());
    out.writeInt(header.uid());
    out.writeInt(header.gid());
    out.writeInt(header.pid());
    Body.Lk body = wait.body;
    out.writeLong(body.handle());
    out.writeLong(body.owner());
    out.writeLong(body.start());
    out.writeLong(body.end());
    out.writeInt(body.type());
    out.writeInt(body.pid());
    out.writeBoolean(body.flock());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException when it is something else
   */
  public static EngineState read(DataInput in) throws IOException {
    Negotiation agreed =
        new Negotiation(
            in.readInt(), in.readInt(), in.readLong(), in.readInt(), in.readInt(), in.readInt());
    InodeId root = new InodeId(in.readLong());
    List<File> files = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      files.add(
          new File(
              in.readLong(),
              new InodeId(in.readLong()),
              in.readBoolean(),
              in.readBoolean(),
              in.readBoolean(),
              in.readLong()));
    }
    List<Directory> directories = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      directories.add(new Directory(in.readLong(), new InodeId(in.readLong())));
    }
    List<LockOwner> owners = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      owners.add(
          new LockOwner(
              new InodeId(in.readLong()),
              in.readBoolean() ? Lock.Kind.FLOCK : Lock.Kind.POSIX,
              in.readLong(),
              in.readLong()));
    }
    List<LockWait> waits = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      waits.add(readWait(in));
    }
    return new EngineState(agreed, root, files, directories, owners, waits);
  }

  private static LockWait readWait(DataInput in) throws IOException {
    int channel = in.readInt();
    Header header =
        new Header(
            in.readInt(),
            in.readInt(),
            in.readLong(),
            in.readLong(),
            in.readInt(),
            in.readInt(),
            in.readInt());
    Body.Lk body =
        new Body.Lk(
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readInt(),
            in.readInt(),
            in.readBoolean());
    return new LockWait(channel, header, body);
  }

  private static int count(DataInput in) throws IOException {
    int count = in.readInt();
    if (count < 0) {
      throw new IOException("a list of " + count);
    }
    return count;
  }
}
