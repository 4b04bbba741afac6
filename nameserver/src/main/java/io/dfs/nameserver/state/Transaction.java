package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Event;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Group;
import io.dfs.common.message.Name;
import io.dfs.common.message.Severity;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.kv.Cursor;
import io.dfs.nameserver.kv.KeyValueReader.Entry;
import io.dfs.nameserver.kv.Overlay;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables for one command: sees and collects its changes. Confined to one thread at a time. */
public final class Transaction extends Tables {
  private static final byte[] EMPTY = {};

  /** A year of a busy cluster's news; some MiB. */
  private static final int MAX_EVENTS = 10_000;

  private static final InodeId NONE = new InodeId(0);

  private final Overlay view;
  private final List<Effect> effects = new ArrayList<>();
  private final List<Changes.Changed> changedInodes = new ArrayList<>(3);
  private final List<Changes.Entry> changedEntries = new ArrayList<>(2);

  public Transaction(Overlay view) {
    super(view);
    this.view = view;
  }

  public List<Effect> effects() {
    return effects;
  }

  /** What clients may have kept and have to be told of. */
  public Changes changes() {
    return changedInodes.isEmpty() && changedEntries.isEmpty()
        ? Changes.NONE
        : new Changes(changedInodes, changedEntries);
  }

  public void effect(Effect effect) {
    effects.add(effect);
  }

  public void putInode(Inode inode) {
    view.put(Keys.inode(inode.id()), inode.encode());
    changedInodes.add(new Changes.Changed(inode.id(), inode.version(), inode.nlink() == 0));
  }

  public void deleteInode(InodeId inode) {
    view.delete(Keys.inode(inode));
  }

  /** Puts a new entry in both orders. */
  public void putDentry(InodeId parent, Name name, Dentry dentry) {
    changedEntries.add(new Changes.Entry(parent, name, InodeId.NONE));
    view.put(Keys.dentry(parent, name), dentry.encode());
    view.put(
        Keys.dentryByCookie(parent, dentry.cookie()),
        ByteBuffer.allocate(9 + name.length())
            .putLong(dentry.child().value())
            .put(Format.code(dentry.type()))
            .put(name.bytes())
            .array());
  }

  public void deleteDentry(InodeId parent, Name name, Dentry dentry) {
    changedEntries.add(new Changes.Entry(parent, name, dentry.child()));
    view.delete(Keys.dentry(parent, name));
    view.delete(Keys.dentryByCookie(parent, dentry.cookie()));
  }

  /** Removes from the listing order only. */
  public void deleteListing(InodeId parent, long cookie) {
    view.delete(Keys.dentryByCookie(parent, cookie));
  }

  public void putSymlink(InodeId inode, byte[] target) {
    view.put(Keys.symlink(inode), target);
  }

  public void deleteSymlink(InodeId inode) {
    view.delete(Keys.symlink(inode));
  }

  public void putXattr(InodeId inode, Name name, byte[] value) {
    view.put(Keys.xattr(inode, name), value);
  }

  public void deleteXattr(InodeId inode, Name name) {
    view.delete(Keys.xattr(inode, name));
  }

  public void putExtent(long tree, Extent extent) {
    view.put(
        Keys.extent(tree, extent.fileOffset()),
        ByteBuffer.allocate(16)
            .putInt(extent.length())
            .putLong(extent.chunk().value())
            .putInt(extent.chunkOffset())
            .array());
  }

  public void deleteExtent(long tree, long fileOffset) {
    view.delete(Keys.extent(tree, fileOffset));
  }

  /**
   * Stores the chunk's new state; one that is garbage by it goes to its servers' queues, unless it
   * is kept for a time, or may hold what was written after a backup that was restored.
   */
  public void putChunk(ChunkId chunk, ChunkState state) {
    if (state.live() < 0) {
      throw new FsException(Errno.EIO, "chunk " + chunk + " would get negative live bytes");
    }
    if (!state.garbage() || isKept(chunk)) {
      view.put(Keys.chunk(chunk), state.encode());
      return;
    }
    view.delete(Keys.chunk(chunk));
    add(Counter.CHUNKS, -1);
    if (newer().stream().anyMatch(kept -> kept.contains(chunk))) {
      return;
    }
    Group group = findGroup(chunk.group());
    if (group != null) {
      for (NodeId holder : group.holders()) {
        view.put(Keys.garbage(holder, chunk.value()), EMPTY);
      }
      effect(new Effect.ChunkDropped(chunk, group.holders()));
    }
  }

  public void putBadCopy(ChunkId chunk, NodeId node, String reason) {
    view.put(Keys.badCopy(chunk, node), reason.getBytes(StandardCharsets.UTF_8));
  }

  public void deleteBadCopy(ChunkId chunk, NodeId node) {
    view.delete(Keys.badCopy(chunk, node));
  }

  /** Adds an event and drops the one that is too old by it. */
  public void putEvent(Timestamp time, Severity severity, String subject, String text) {
    long sequence = add(Counter.EVENT, 1);
    view.put(
        Keys.event(sequence),
        EventRecord.encode(new Event(sequence, time, severity, subject, text)));
    if (sequence > MAX_EVENTS) {
      view.delete(Keys.event(sequence - MAX_EVENTS));
    }
  }

  /** Lets the chunk stay until then, whatever becomes of its bytes. */
  public void putKept(ChunkId chunk, long untilMs) {
    view.put(Keys.kept(chunk), ByteBuffer.allocate(8).putLong(untilMs).array());
  }

  public void deleteKept(ChunkId chunk) {
    view.delete(Keys.kept(chunk));
  }

  /** The server shall delete the chunk. */
  public void putGarbage(NodeId node, ChunkId chunk) {
    view.put(Keys.garbage(node, chunk.value()), EMPTY);
  }

  public void deleteGarbage(NodeId node, ChunkId chunk) {
    view.delete(Keys.garbage(node, chunk.value()));
  }

  public void putWriting(SessionId session, ChunkId chunk) {
    view.put(Keys.writing(session, chunk), EMPTY);
  }

  public void deleteWriting(SessionId session, ChunkId chunk) {
    view.delete(Keys.writing(session, chunk));
  }

  public void putGroup(Group group) {
    view.put(Keys.group(group.id()), GroupRecord.encode(group));
  }

  public void putServer(NodeId id, Server server) {
    view.put(Keys.server(id), server.encode());
  }

  public void putSession(SessionId id, SessionRecord session) {
    view.put(Keys.session(id), session.encode());
  }

  public void deleteSession(SessionId id) {
    view.delete(Keys.session(id));
    byte[] slots = Keys.slots(id);
    List<byte[]> keys = new ArrayList<>();
    try (Cursor cursor = scan(slots)) {
      Entry e;
      while ((e = cursor.next()) != null) {
        keys.add(e.key());
      }
    }
    keys.forEach(view::delete);
  }

  private Cursor scan(byte[] prefix) {
    return view.scan(prefix, Keys.after(prefix));
  }

  public void putSlot(SessionId session, int slot, SlotReply reply) {
    view.put(Keys.slot(session, slot), reply.encode());
  }

  public void putOrphan(InodeId inode) {
    view.put(Keys.orphan(inode), EMPTY);
  }

  public void deleteOrphan(InodeId inode) {
    view.delete(Keys.orphan(inode));
  }

  /** The whole tree belongs to no file any more. */
  public void putPurge(long tree) {
    putPurge(tree, NONE);
  }

  /** What lies past the inode's {@code cutAt} does not belong to it any more. */
  public void putPurge(long tree, InodeId tailOf) {
    view.put(Keys.purge(tree), ByteBuffer.allocate(8).putLong(tailOf.value()).array());
  }

  public void deletePurge(long tree) {
    view.delete(Keys.purge(tree));
  }

  /** Null when no lock is left. */
  public void putLocks(InodeId inode, byte @Nullable [] locks) {
    if (locks == null) {
      view.delete(Keys.locks(inode));
    } else {
      view.put(Keys.locks(inode), locks);
    }
  }

  public void putLockedBy(SessionId session, InodeId inode, boolean locked) {
    if (locked) {
      view.put(Keys.lockedBy(session, inode), EMPTY);
    } else {
      view.delete(Keys.lockedBy(session, inode));
    }
  }

  /** Adds to a counter and returns what it is then. */
  public long add(Counter counter, long delta) {
    long value = counter(counter) + delta;
    set(counter, value);
    return value;
  }

  public void set(Counter counter, long value) {
    view.put(Keys.counter(counter), ByteBuffer.allocate(8).putLong(value).array());
  }

  public void putClusterId(String id) {
    view.put(Keys.clusterId(), id.getBytes(StandardCharsets.US_ASCII));
  }

  /** An entry of a table that the caller need not know. */
  public void putRaw(byte[] key, byte[] value) {
    view.put(key, value);
  }

  public void putTrash(TrashEntry entry) {
    view.put(Keys.trash(entry.parent(), entry.inode()), entry.encode());
    view.put(
        Keys.trashDue(entry.expires(), entry.inode()),
        ByteBuffer.allocate(8).putLong(entry.parent().value()).array());
    view.put(Keys.trashName(entry.parent(), entry.name(), entry.inode()), EMPTY);
    add(Counter.TRASH_INODES, 1);
    add(Counter.TRASH_BYTES, entry.bytes());
  }

  /** The same entry, with another time to go. */
  public void putTrash(TrashEntry entry, long expires) {
    putTrash(entry.expiring(expires));
  }

  public void deleteTrash(TrashEntry entry) {
    view.delete(Keys.trash(entry.parent(), entry.inode()));
    view.delete(Keys.trashDue(entry.expires(), entry.inode()));
    view.delete(Keys.trashName(entry.parent(), entry.name(), entry.inode()));
    add(Counter.TRASH_INODES, -1);
    add(Counter.TRASH_BYTES, -entry.bytes());
  }

  /** A name in the order by name that no entry has. */
  public void deleteTrashName(InodeId parent, Name name, InodeId inode) {
    view.delete(Keys.trashName(parent, name, inode));
  }

  public void deleteTrashDue(Trash.Due due) {
    view.delete(Keys.trashDue(due.expires(), due.inode()));
  }

  /**
   * @param seconds null removes the directory's own setting
   */
  public void putTrashKeep(InodeId directory, @Nullable Long seconds) {
    boolean had = trash().keepSetting(directory) != null;
    if (seconds != null) {
      view.put(Keys.trashKeep(directory), ByteBuffer.allocate(8).putLong(seconds).array());
    } else if (had) {
      view.delete(Keys.trashKeep(directory));
    }
    int change = (seconds != null ? 1 : 0) - (had ? 1 : 0);
    if (change != 0) {
      add(Counter.TRASH_SETTINGS, change);
    }
  }

  public void putRestoring(InodeId directory, Trash.Pending pending) {
    view.put(Keys.restoring(directory), pending.encode());
  }

  public void deleteRestoring(InodeId directory) {
    view.delete(Keys.restoring(directory));
  }

  public void putConversion(Conversions.Conversion conversion) {
    view.put(Keys.conversion(conversion.directory()), conversion.encode());
  }

  public void deleteConversion(InodeId directory) {
    view.delete(Keys.conversion(directory));
  }

  public void putUnseen(InodeId conversion, Conversions.Unseen unseen) {
    view.put(
        Keys.converting(conversion, unseen.directory()),
        ByteBuffer.allocate(8).putLong(unseen.cookie()).array());
  }

  public void deleteUnseen(InodeId conversion, InodeId directory) {
    view.delete(Keys.converting(conversion, directory));
  }

  public void putWaiting(Conversions.Waiting waiting) {
    view.put(Keys.toConvert(waiting.file()), waiting.encode());
  }

  public void deleteWaiting(InodeId file) {
    view.delete(Keys.toConvert(file));
  }

  public void putNewer(NewerChunks newer) {
    view.put(Keys.newer(newer.after()), newer.encode());
  }

  public void deleteNewer(NewerChunks newer) {
    view.delete(Keys.newer(newer.after()));
  }

  public GroupId nextGroup() {
    long next = add(Counter.GROUP, 1);
    if (next > GroupId.MAX) {
      throw new FsException(Errno.ENOSPC, "all numbers of placement groups are used");
    }
    return new GroupId((int) next);
  }
}
