package io.dfs.nameserver.state;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Group;
import io.dfs.common.message.Name;
import io.dfs.nameserver.kv.KeyValueReader.Entry;
import java.nio.ByteBuffer;

/**
 * One entry of the state as the table that it is of understands it, for those who read all of it.
 * Immutable. {@link Other} is an entry of a table that they need not understand.
 */
public sealed interface Row {
  /** 'I'. */
  record OfInode(Inode inode) implements Row {}

  /** 'D'. */
  record OfDentry(InodeId parent, Name name, Dentry dentry) implements Row {}

  /** 'C': the same in listing order. */
  record OfListing(InodeId parent, Name name, Dentry dentry) implements Row {}

  /** 'T'. */
  record OfSymlink(InodeId inode, byte[] target) implements Row {}

  /** 'X'. */
  record OfXattr(InodeId inode, Name name, byte[] value) implements Row {}

  /** 'E'. */
  record OfExtent(long tree, Extent extent) implements Row {}

  /** 'K'. */
  record OfChunk(ChunkId chunk, ChunkState state) implements Row {}

  /** 'W'. */
  record OfWriting(SessionId session, ChunkId chunk) implements Row {}

  /** 'G'. */
  record OfGarbage(NodeId node, ChunkId chunk) implements Row {}

  /** 'P'. */
  record OfGroup(Group group) implements Row {}

  /** 'N'. */
  record OfServer(NodeId node, Server server) implements Row {}

  /** 'S'. */
  record OfSession(SessionId session) implements Row {}

  /** 'O'. */
  record OfOrphan(InodeId inode) implements Row {}

  /** 'U': {@code tailOf} is 0 when the whole tree belongs to no file. */
  record OfPurge(long tree, InodeId tailOf) implements Row {}

  /** 'J'. */
  record OfTrash(TrashEntry entry) implements Row {}

  /** 'M', but for the cluster's id. */
  record OfCounter(Counter counter, long value) implements Row {}

  /** 'Z'. */
  record OfKept(ChunkId chunk, long untilMs) implements Row {}

  /** 'L': as {@code lock.LockList} encodes them. */
  record OfLocks(InodeId inode, byte[] locks) implements Row {}

  /** 'B' 'n'. */
  record OfTrashName(InodeId parent, Name name, InodeId inode) implements Row {}

  /** 'B' 't'. */
  record OfTrashKeep(InodeId directory, long seconds) implements Row {}

  record Other(byte[] key, byte[] value) implements Row {}

  /** EIO when an entry cannot be understood. */
  static Row of(Entry e) {
    ByteBuffer key = ByteBuffer.wrap(e.key());
    byte[] value = e.value();
    return switch (key.get()) {
      case 'I' -> {
        InodeId id = new InodeId(key.getLong());
        yield new OfInode(Inode.decode(id, value));
      }
      case 'D' ->
          new OfDentry(new InodeId(key.getLong()), new Name(rest(key)), Dentry.decode(value));
      case 'C' -> listing(key, ByteBuffer.wrap(value));
      case 'T' -> new OfSymlink(new InodeId(key.getLong()), value);
      case 'X' -> new OfXattr(new InodeId(key.getLong()), new Name(rest(key)), value);
      case 'E' -> new OfExtent(key.getLong(), Tables.extent(e));
      case 'K' -> new OfChunk(new ChunkId(key.getLong()), ChunkState.decode(value));
      case 'W' -> new OfWriting(new SessionId(key.getLong()), new ChunkId(key.getLong()));
      case 'G' -> new OfGarbage(new NodeId(key.getInt()), new ChunkId(key.getLong()));
      case 'P' -> new OfGroup(GroupRecord.decode(new GroupId(key.getInt()), value));
      case 'N' -> new OfServer(new NodeId(key.getInt()), Server.decode(value));
      case 'S' -> new OfSession(new SessionId(key.getLong()));
      case 'O' -> new OfOrphan(new InodeId(key.getLong()));
      case 'U' -> new OfPurge(key.getLong(), new InodeId(ByteBuffer.wrap(value).getLong()));
      case 'J' ->
          new OfTrash(
              TrashEntry.decode(new InodeId(key.getLong()), new InodeId(key.getLong()), value));
      case 'Z' -> new OfKept(new ChunkId(key.getLong()), ByteBuffer.wrap(value).getLong());
      case 'L' -> new OfLocks(new InodeId(key.getLong()), value);
      case 'B' -> own(key.get(), key, e);
      case 'M' -> counter(key.get(), e);
      default -> new Other(e.key(), value);
    };
  }

  private static Row own(byte kind, ByteBuffer key, Entry e) {
    return switch (kind) {
      case 'n' -> {
        InodeId parent = new InodeId(key.getLong());
        byte[] name = new byte[key.remaining() - Long.BYTES - 1];
        key.get(name).get();
        yield new OfTrashName(parent, new Name(name), new InodeId(key.getLong()));
      }
      case 't' -> new OfTrashKeep(new InodeId(key.getLong()), ByteBuffer.wrap(e.value()).getLong());
      default -> new Other(e.key(), e.value());
    };
  }

  private static Row counter(byte code, Entry e) {
    for (Counter counter : Counter.values()) {
      if (counter.code() == code) {
        return new OfCounter(counter, ByteBuffer.wrap(e.value()).getLong());
      }
    }
    return new Other(e.key(), e.value());
  }

  private static Row listing(ByteBuffer key, ByteBuffer value) {
    InodeId parent = new InodeId(key.getLong());
    long cookie = key.getLong();
    InodeId child = new InodeId(value.getLong());
    FileType type = Tables.type(value.get());
    return new OfListing(parent, new Name(rest(value)), new Dentry(child, type, cookie));
  }

  private static byte[] rest(ByteBuffer in) {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    return bytes;
  }
}
