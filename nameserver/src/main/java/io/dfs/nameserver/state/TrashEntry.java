package io.dfs.nameserver.state;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import java.nio.ByteBuffer;

/**
 * An inode that has lost its last name and can be restored for a while. Immutable.
 *
 * <pre>
 * 0 format = 1 [1]   1 uid [4]   5 deleted [8]   13 expires [8]   21 bytes [8]   29 added [8]
 * 37 removed [8]   45 name
 * </pre>
 *
 * @param parent the directory that it was in, which may be in the trash as well
 * @param uid whose it was
 * @param deleted seconds of the epoch
 * @param expires likewise
 * @param bytes that it keeps in chunks, one copy counted, when it was deleted
 * @param added its cookie: the command that had given it the name
 * @param removed the command that took the name away
 */
public record TrashEntry(
    InodeId parent,
    InodeId inode,
    Name name,
    int uid,
    long deleted,
    long expires,
    long bytes,
    long added,
    long removed) {
  private static final byte FORMAT = 1;
  private static final int HEAD = 45;

  TrashEntry expiring(long when) {
    return new TrashEntry(parent, inode, name, uid, deleted, when, bytes, added, removed);
  }

  byte[] encode() {
    return ByteBuffer.allocate(HEAD + name.length())
        .put(FORMAT)
        .putInt(uid)
        .putLong(deleted)
        .putLong(expires)
        .putLong(bytes)
        .putLong(added)
        .putLong(removed)
        .put(name.bytes())
        .array();
  }

  static TrashEntry decode(InodeId parent, InodeId inode, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "entry of the trash");
    int uid = in.getInt();
    long deleted = in.getLong();
    long expires = in.getLong();
    long size = in.getLong();
    long added = in.getLong();
    long removed = in.getLong();
    byte[] name = new byte[in.remaining()];
    in.get(name);
    return new TrashEntry(
        parent, inode, new Name(name), uid, deleted, expires, size, added, removed);
  }
}
