package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Event;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Group;
import io.dfs.common.message.Name;
import io.dfs.nameserver.kv.Cursor;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.kv.KeyValueReader.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables for reading: typed access to the keys of {@link Keys}. As shared as its reader. */
public sealed class Tables permits Transaction {
  private static final FileType[] TYPES = FileType.values();

  private final KeyValueReader reader;

  public Tables(KeyValueReader reader) {
    this.reader = reader;
  }

  static FileType type(byte code) {
    return TYPES[code];
  }

  public @Nullable Inode findInode(InodeId id) {
    byte[] value = reader.get(Keys.inode(id));
    if (value == null) {
      return null;
    }
    Inode inode = Inode.decode(id, value);
    return inode.has(Inode.ACCESS_ACL) ? inode.with(acl(id, Acl.ACCESS)) : inode;
  }

  /** The ACL that an inode has under this name of an attribute. */
  public @Nullable Acl acl(InodeId inode, Name which) {
    byte[] value = xattr(inode, which);
    return value == null ? null : Acl.decode(value);
  }

  public Trash trash() {
    return new Trash(reader);
  }

  public Conversions conversions() {
    return new Conversions(reader);
  }

  /** ENOENT when there is none. */
  public Inode inode(InodeId id) {
    Inode inode = findInode(id);
    if (inode == null && TrashView.is(id)) {
      throw new FsException(
          Errno.EROFS, "the trash changes only by moving things out of it and removing them");
    }
    if (inode == null) {
      throw new FsException(Errno.ENOENT, "inode " + id + " does not exist");
    }
    return inode;
  }

  /** ENOTDIR when it is none. */
  public Inode directory(InodeId id) {
    Inode inode = inode(id);
    if (!inode.isDirectory()) {
      throw new FsException(Errno.ENOTDIR, "inode " + id + " is not a directory");
    }
    return inode;
  }

  public @Nullable Dentry findDentry(InodeId parent, Name name) {
    byte[] value = reader.get(Keys.dentry(parent, name));
    return value == null ? null : Dentry.decode(value);
  }

  /** ENOENT when there is none. */
  public Dentry dentry(InodeId parent, Name name) {
    Dentry dentry = findDentry(parent, name);
    if (dentry == null) {
      throw new FsException(Errno.ENOENT, "'" + name + "' does not exist");
    }
    return dentry;
  }

  /** Entries after {@code cookie}, without attributes. */
  public List<DirEntry> entries(InodeId parent, long cookie, int max) {
    List<DirEntry> entries = new ArrayList<>();
    byte[] to = Keys.after(Keys.dentriesByCookie(parent));
    try (Cursor cursor = reader.scan(Keys.dentryByCookie(parent, cookie + 1), to)) {
      Entry e;
      while (entries.size() < max && (e = cursor.next()) != null) {
        ByteBuffer in = ByteBuffer.wrap(e.value());
        InodeId child = new InodeId(in.getLong());
        FileType type = type(in.get());
        byte[] name = new byte[in.remaining()];
        in.get(name);
        entries.add(new DirEntry(new Name(name), child, type, lastLong(e.key()), null));
      }
    }
    return entries;
  }

  /** What the names of a directory mean that follow {@code name} in the order of their bytes. */
  public Map<Name, InodeId> following(InodeId parent, Name name, int max) {
    Map<Name, InodeId> found = new LinkedHashMap<>();
    byte[] key = Keys.dentry(parent, name);
    byte[] next = Arrays.copyOf(key, key.length + 1);
    try (Cursor cursor = reader.scan(next, Keys.after(Keys.dentries(parent)))) {
      Entry e;
      while (found.size() < max && (e = cursor.next()) != null) {
        if (Row.of(e) instanceof Row.OfDentry row) {
          found.put(row.name(), row.dentry().child());
        }
      }
    }
    return found;
  }

  public byte[] symlink(InodeId inode) {
    byte[] target = reader.get(Keys.symlink(inode));
    if (target == null) {
      throw new FsException(Errno.EINVAL, "inode " + inode + " is not a symbolic link");
    }
    return target;
  }

  public boolean hasSymlink(InodeId inode) {
    return reader.get(Keys.symlink(inode)) != null;
  }

  public byte @Nullable [] xattr(InodeId inode, Name name) {
    return reader.get(Keys.xattr(inode, name));
  }

  /** Names and the lengths of the values. */
  public Map<Name, Integer> xattrs(InodeId inode) {
    Map<Name, Integer> names = new LinkedHashMap<>();
    byte[] prefix = Keys.xattrs(inode);
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        byte[] name = java.util.Arrays.copyOfRange(e.key(), prefix.length, e.key().length);
        names.put(new Name(name), e.value().length);
      }
    }
    return names;
  }

  /** Extents of a tree that reach past {@code offset} and begin before {@code end}. */
  public List<Extent> extents(long tree, long offset, long end, int max) {
    List<Extent> extents = new ArrayList<>();
    if (offset >= end) {
      return extents;
    }
    Entry before = offset == 0 ? null : reader.last(Keys.extents(tree), Keys.extent(tree, offset));
    if (before != null) {
      Extent extent = extent(before);
      if (extent.fileEnd() > offset) {
        extents.add(extent);
      }
    }
    try (Cursor cursor = reader.scan(Keys.extent(tree, offset), Keys.extent(tree, end))) {
      Entry e;
      while (extents.size() < max && (e = cursor.next()) != null) {
        extents.add(extent(e));
      }
    }
    return extents;
  }

  /** The last extent that begins before {@code offset}. */
  public @Nullable Extent extentBefore(long tree, long offset) {
    if (offset == 0) {
      return null;
    }
    Entry e = reader.last(Keys.extents(tree), Keys.extent(tree, offset));
    return e == null ? null : extent(e);
  }

  public @Nullable Extent extentAt(long tree, long offset) {
    byte[] key = Keys.extent(tree, offset);
    byte[] value = reader.get(key);
    return value == null ? null : extent(new Entry(key, value));
  }

  static Extent extent(Entry e) {
    ByteBuffer in = ByteBuffer.wrap(e.value());
    return new Extent(lastLong(e.key()), in.getInt(), new ChunkId(in.getLong()), in.getInt());
  }

  public @Nullable ChunkState findChunk(ChunkId chunk) {
    byte[] value = reader.get(Keys.chunk(chunk));
    return value == null ? null : ChunkState.decode(value);
  }

  /** The chunks after {@code after}. */
  public Map<ChunkId, ChunkState> chunks(ChunkId after, int max) {
    Map<ChunkId, ChunkState> chunks = new LinkedHashMap<>();
    byte[] from = Keys.chunk(new ChunkId(after.value() + 1));
    try (Cursor cursor = reader.scan(from, Keys.after(Keys.chunks()))) {
      Entry e;
      while (chunks.size() < max && (e = cursor.next()) != null) {
        chunks.put(new ChunkId(lastLong(e.key())), ChunkState.decode(e.value()));
      }
    }
    return chunks;
  }

  /** An extent, and the tree that it is in. */
  public record TreeExtent(long tree, Extent extent) {}

  /** The extents of all files, tree by tree, those after {@code after}. */
  public List<TreeExtent> allExtents(@Nullable TreeExtent after, int max) {
    List<TreeExtent> extents = new ArrayList<>();
    byte[] from =
        after == null ? Keys.allExtents() : Keys.extent(after.tree, after.extent.fileOffset() + 1);
    try (Cursor cursor = reader.scan(from, Keys.after(Keys.allExtents()))) {
      Entry e;
      while (extents.size() < max && (e = cursor.next()) != null) {
        extents.add(new TreeExtent(ByteBuffer.wrap(e.key()).getLong(1), extent(e)));
      }
    }
    return extents;
  }

  /**
   * The inodes whose extent tree has not their number, by tree; at most {@code max}. Reads all
   * inodes.
   */
  public Map<Long, InodeId> oddTrees(int max) {
    Map<Long, InodeId> odd = new LinkedHashMap<>();
    try (Cursor cursor = reader.scan(Keys.inodes(), Keys.after(Keys.inodes()))) {
      Entry e;
      while (odd.size() < max && (e = cursor.next()) != null) {
        Inode inode = Inode.decode(new InodeId(lastLong(e.key())), e.value());
        if (inode.tree() != inode.id().value()) {
          odd.put(inode.tree(), inode.id());
        }
      }
    }
    return odd;
  }

  /** Whether a chunk stays although nothing may refer to it. */
  public boolean isKept(ChunkId chunk) {
    return reader.get(Keys.kept(chunk)) != null;
  }

  /** The chunks after {@code after} that stay for a time, with the ends of it in ms. */
  public Map<ChunkId, Long> kept(ChunkId after, int max) {
    Map<ChunkId, Long> kept = new LinkedHashMap<>();
    byte[] from = Keys.kept(new ChunkId(after.value() + 1));
    try (Cursor cursor = reader.scan(from, Keys.after(Keys.kept()))) {
      Entry e;
      while (kept.size() < max && (e = cursor.next()) != null) {
        kept.put(new ChunkId(lastLong(e.key())), ByteBuffer.wrap(e.value()).getLong());
      }
    }
    return kept;
  }

  /** Chunks that the session may append to. */
  public List<ChunkId> writing(SessionId session, int max) {
    List<ChunkId> chunks = new ArrayList<>();
    numbers(Keys.writing(session), 0, max).forEach(chunk -> chunks.add(new ChunkId(chunk)));
    return chunks;
  }

  public boolean isWriting(SessionId session, ChunkId chunk) {
    return reader.get(Keys.writing(session, chunk)) != null;
  }

  /** The entry with this place in the listing; null when there is none. */
  public @Nullable Name listed(InodeId parent, Dentry dentry) {
    byte[] key = Keys.dentryByCookie(parent, dentry.cookie());
    byte[] value = reader.get(key);
    return value != null
            && Row.of(new Entry(key, value)) instanceof Row.OfListing row
            && row.dentry().equals(dentry)
        ? row.name()
        : null;
  }

  /** The name with this place in the listing; null when there is none. */
  public @Nullable Name listedAt(InodeId parent, long cookie) {
    byte[] key = Keys.dentryByCookie(parent, cookie);
    byte[] value = reader.get(key);
    return value != null && Row.of(new Entry(key, value)) instanceof Row.OfListing row
        ? row.name()
        : null;
  }

  /** Chunks that a server shall delete, those after {@code after}. */
  public List<ChunkId> garbage(NodeId node, long after, int max) {
    List<ChunkId> chunks = new ArrayList<>();
    numbers(Keys.garbage(node), after, max).forEach(chunk -> chunks.add(new ChunkId(chunk)));
    return chunks;
  }

  public @Nullable Group findGroup(GroupId id) {
    byte[] value = reader.get(Keys.group(id));
    return value == null ? null : GroupRecord.decode(id, value);
  }

  public List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    byte[] prefix = Keys.groups();
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        groups.add(GroupRecord.decode(new GroupId(lastInt(e.key())), e.value()));
      }
    }
    return groups;
  }

  /** A chunk and what is known of it. */
  public record Chunk(ChunkId id, ChunkState state) {}

  /** Chunks of a group, those after {@code after}, rising. */
  public List<Chunk> chunks(GroupId group, long afterSequence, int max) {
    List<Chunk> chunks = new ArrayList<>();
    byte[] from = Keys.chunk(ChunkId.of(group, afterSequence + 1));
    byte[] to = Keys.after(Keys.chunk(ChunkId.of(group, ChunkId.MAX_SEQUENCE)));
    try (Cursor cursor = reader.scan(from, to)) {
      Entry e;
      while (chunks.size() < max && (e = cursor.next()) != null) {
        chunks.add(new Chunk(new ChunkId(lastLong(e.key())), ChunkState.decode(e.value())));
      }
    }
    return chunks;
  }

  /** Groups of which some chunk is still being written. */
  public Set<GroupId> groupsBeingWritten() {
    Set<GroupId> groups = new HashSet<>();
    byte[] prefix = Keys.allWriting();
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        groups.add(new ChunkId(lastLong(e.key())).group());
      }
    }
    return groups;
  }

  /** A server's copy of a chunk that is bad, and why. */
  public record Bad(ChunkId chunk, NodeId node, String reason) {}

  /** Copies known to be bad or missing, those after {@code after} when that is not null. */
  public List<Bad> badCopies(@Nullable Bad after, int max) {
    byte[] prefix = Keys.badCopies();
    byte[] from =
        after == null ? prefix : Keys.badCopy(after.chunk(), new NodeId(after.node().value() + 1));
    return bad(from, Keys.after(prefix), max);
  }

  /** The servers whose copy of a chunk is known to be bad. */
  public List<Bad> badCopies(ChunkId chunk) {
    byte[] prefix = Keys.badCopies(chunk);
    return bad(prefix, Keys.after(prefix), Integer.MAX_VALUE);
  }

  private List<Bad> bad(byte[] from, byte[] to, int max) {
    List<Bad> found = new ArrayList<>();
    try (Cursor cursor = reader.scan(from, to)) {
      Entry e;
      while (found.size() < max && (e = cursor.next()) != null) {
        ByteBuffer key = ByteBuffer.wrap(e.key(), 1, 12);
        found.add(
            new Bad(
                new ChunkId(key.getLong()),
                new NodeId(key.getInt()),
                new String(e.value(), StandardCharsets.UTF_8)));
      }
    }
    return found;
  }

  /** Events after the one with number {@code after}, oldest first. */
  public List<Event> events(long after, int max) {
    List<Event> events = new ArrayList<>();
    byte[] to = Keys.after(Keys.events());
    try (Cursor cursor = reader.scan(Keys.event(Math.max(0, after) + 1), to)) {
      Entry e;
      while (events.size() < max && (e = cursor.next()) != null) {
        events.add(EventRecord.decode(lastLong(e.key()), e.value()));
      }
    }
    return events;
  }

  public @Nullable Server findServer(NodeId id) {
    byte[] value = reader.get(Keys.server(id));
    return value == null ? null : Server.decode(value);
  }

  public Map<NodeId, Server> servers() {
    Map<NodeId, Server> servers = new LinkedHashMap<>();
    byte[] prefix = Keys.servers();
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        servers.put(new NodeId(lastInt(e.key())), Server.decode(e.value()));
      }
    }
    return servers;
  }

  public @Nullable SessionRecord findSession(SessionId id) {
    byte[] value = reader.get(Keys.session(id));
    return value == null ? null : SessionRecord.decode(value);
  }

  public Map<SessionId, SessionRecord> sessions() {
    Map<SessionId, SessionRecord> sessions = new LinkedHashMap<>();
    byte[] prefix = Keys.sessions();
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        sessions.put(new SessionId(lastLong(e.key())), SessionRecord.decode(e.value()));
      }
    }
    return sessions;
  }

  public @Nullable SlotReply findSlot(SessionId session, int slot) {
    byte[] value = reader.get(Keys.slot(session, slot));
    return value == null ? null : SlotReply.decode(value);
  }

  /** Inodes without a name, from the first after {@code after}. */
  public List<InodeId> orphans(InodeId after, int max) {
    List<InodeId> inodes = new ArrayList<>();
    numbers(Keys.orphans(), after.value(), max).forEach(i -> inodes.add(new InodeId(i)));
    return inodes;
  }

  /** Whether the inode is to be removed. */
  public boolean isOrphan(InodeId inode) {
    return reader.get(Keys.orphan(inode)) != null;
  }

  /** Extent trees of which a part belongs to no file any more. */
  public List<Long> purges(int max) {
    return numbers(Keys.purges(), 0, max);
  }

  /**
   * Of which inode's tree the part past its {@code cutAt} belongs to no file any more; NONE if the
   * whole tree belongs to none, null if it is all in use.
   */
  public @Nullable InodeId purgeOf(long tree) {
    byte[] value = reader.get(Keys.purge(tree));
    return value == null ? null : new InodeId(ByteBuffer.wrap(value).getLong());
  }

  /** The locks of an inode as {@code lock.LockList} encodes them. */
  public byte @Nullable [] locks(InodeId inode) {
    return reader.get(Keys.locks(inode));
  }

  /** Inodes that somebody holds a lock on, by number. */
  public List<InodeId> locked(InodeId after, int max) {
    List<InodeId> inodes = new ArrayList<>();
    numbers(Keys.locks(), after.value(), max).forEach(i -> inodes.add(new InodeId(i)));
    return inodes;
  }

  public List<InodeId> lockedBy(SessionId session, int max) {
    List<InodeId> inodes = new ArrayList<>();
    numbers(Keys.lockedBy(session), 0, max).forEach(i -> inodes.add(new InodeId(i)));
    return inodes;
  }

  /** Of each restore the chunks that were made after its backup; few. */
  public List<NewerChunks> newer() {
    List<NewerChunks> newer = new ArrayList<>();
    byte[] prefix = Keys.newer();
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        newer.add(NewerChunks.decode(lastLong(e.key()), e.value()));
      }
    }
    return newer;
  }

  /** The last eight bytes of keys with a prefix, those greater than {@code after}. */
  private List<Long> numbers(byte[] prefix, long after, int max) {
    List<Long> numbers = new ArrayList<>();
    byte[] from =
        after == 0
            ? prefix
            : ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(after + 1)
                .array();
    try (Cursor cursor = reader.scan(from, Keys.after(prefix))) {
      Entry e;
      while (numbers.size() < max && (e = cursor.next()) != null) {
        numbers.add(lastLong(e.key()));
      }
    }
    return numbers;
  }

  public long counter(Counter counter) {
    byte[] value = reader.get(Keys.counter(counter));
    return value == null ? 0 : ByteBuffer.wrap(value).getLong();
  }

  /** Empty before the first start. */
  public String clusterId() {
    byte[] value = reader.get(Keys.clusterId());
    return value == null ? "" : new String(value, StandardCharsets.US_ASCII);
  }

  private static long lastLong(byte[] key) {
    return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
  }

  private static int lastInt(byte[] key) {
    return ByteBuffer.wrap(key).getInt(key.length - Integer.BYTES);
  }
}
