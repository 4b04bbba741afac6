package io.dfs.nameserver.state;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import io.dfs.nameserver.kv.Cursor;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.kv.KeyValueReader.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tables of the trash for reading. As shared as its reader. */
public final class Trash {
  private final KeyValueReader reader;

  public Trash(KeyValueReader reader) {
    this.reader = reader;
  }

  /** Whether the orders by time and by name have the entry. */
  public boolean isIndexed(TrashEntry entry) {
    return reader.get(Keys.trashDue(entry.expires(), entry.inode())) != null
        && reader.get(Keys.trashName(entry.parent(), entry.name(), entry.inode())) != null;
  }

  /** When an entry goes: a key of the table by time. */
  public record Due(long expires, InodeId inode, InodeId parent) {}

  /**
   * What is left to do for a directory that was restored.
   *
   * @param lastAdded the last command that gave a name in it, as far as was seen
   * @param seenAll whether {@code lastAdded} is final, and children are being restored
   * @param cursor the last child that was looked at
   */
  public record Pending(boolean seenAll, long lastAdded, long cursor) {
    public static final Pending BEGIN = new Pending(false, 0, 0);

    byte[] encode() {
      return ByteBuffer.allocate(17)
          .put((byte) (seenAll ? 1 : 0))
          .putLong(lastAdded)
          .putLong(cursor)
          .array();
    }
  }

  public @Nullable TrashEntry find(InodeId parent, InodeId inode) {
    byte[] value = reader.get(Keys.trash(parent, inode));
    return value == null ? null : TrashEntry.decode(parent, inode, value);
  }

  /** The entry of an inode without a name; null when it is not in the trash. */
  public @Nullable TrashEntry of(Inode inode) {
    return inode.nlink() > 0 || inode.parent().value() == 0
        ? null
        : find(inode.parent(), inode.id());
  }

  /** What was deleted from a directory, by inode number, those after {@code after}. */
  public List<TrashEntry> in(InodeId parent, long after, int max) {
    List<TrashEntry> entries = new ArrayList<>();
    byte[] end = Keys.after(Keys.trash(parent));
    try (Cursor cursor = reader.scan(Keys.trash(parent, new InodeId(after + 1)), end)) {
      Entry e;
      while (entries.size() < max && (e = cursor.next()) != null) {
        entries.add(TrashEntry.decode(parent, lastInode(e.key()), e.value()));
      }
    }
    return entries;
  }

  /** Of those deleted under this name the one deleted last. */
  public @Nullable TrashEntry newest(InodeId parent, Name name) {
    TrashEntry newest = null;
    byte[] prefix = Keys.trashNames(parent, name);
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while ((e = cursor.next()) != null) {
        TrashEntry entry = find(parent, lastInode(e.key()));
        if (entry != null && (newest == null || entry.removed() > newest.removed())) {
          newest = entry;
        }
      }
    }
    return newest;
  }

  /** What goes first, of what goes after {@code after}. */
  public List<Due> due(@Nullable Due after, long from, int max) {
    List<Due> due = new ArrayList<>();
    byte[] begin =
        after == null
            ? Keys.trashDue(from)
            : Keys.trashDue(after.expires, new InodeId(after.inode.value() + 1));
    try (Cursor cursor = reader.scan(begin, Keys.after(Keys.trashDue()))) {
      Entry e;
      while (due.size() < max && (e = cursor.next()) != null) {
        long expires = ByteBuffer.wrap(e.key()).getLong(1);
        InodeId parent = new InodeId(ByteBuffer.wrap(e.value()).getLong());
        due.add(new Due(expires, lastInode(e.key()), parent));
      }
    }
    return due;
  }

  /** For how many seconds what is deleted from a directory is kept, 0 for not at all. */
  public long keepSeconds(Inode directory) {
    long settings = new Tables(reader).counter(Counter.TRASH_SETTINGS);
    if (settings == 0) {
      return 0;
    }
    if (settings == 1) {
      Long all = keepSetting(InodeId.ROOT);
      if (all != null) {
        return all;
      }
    }
    Inode at = directory;
    while (true) {
      Long own = keepSetting(at.id());
      if (own != null) {
        return own;
      }
      byte[] above = at.id().equals(InodeId.ROOT) ? null : reader.get(Keys.inode(at.parent()));
      if (above == null) {
        return 0;
      }
      at = Inode.decode(at.parent(), above);
    }
  }

  /** The directory's own setting, null when it has none. */
  public @Nullable Long keepSetting(InodeId directory) {
    byte[] value = reader.get(Keys.trashKeep(directory));
    return value == null ? null : ByteBuffer.wrap(value).getLong();
  }

  /** Directories whose restoring is under way. */
  public List<InodeId> restoring(int max) {
    List<InodeId> directories = new ArrayList<>();
    byte[] prefix = Keys.restoring();
    try (Cursor cursor = reader.scan(prefix, Keys.after(prefix))) {
      Entry e;
      while (directories.size() < max && (e = cursor.next()) != null) {
        directories.add(lastInode(e.key()));
      }
    }
    return directories;
  }

  public @Nullable Pending pending(InodeId directory) {
    byte[] value = reader.get(Keys.restoring(directory));
    if (value == null) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(value);
    return new Pending(in.get() != 0, in.getLong(), in.getLong());
  }

  private static InodeId lastInode(byte[] key) {
    return new InodeId(ByteBuffer.wrap(key).getLong(key.length - Long.BYTES));
  }
}
