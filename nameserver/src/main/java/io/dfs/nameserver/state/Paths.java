package io.dfs.nameserver.state;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import io.dfs.nameserver.kv.KeyValueReader;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what directories are called, for people: an inode does not know its name, so its
 * parent's entries are walked. Confined to one thread; remembers a bounded number.
 */
public final class Paths {
  private static final int REMEMBERED = 10_000;

  /** A chain of parents that is longer is a circle. */
  private static final int MAX_DEPTH = 10_000;

  private final KeyValueReader reader;
  private final Tables tables;
  private final Trash trash;
  private final Map<InodeId, byte[]> known =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InodeId, byte[]> eldest) {
          return size() > REMEMBERED;
        }
      };

  public Paths(KeyValueReader reader) {
    this.reader = reader;
    this.tables = new Tables(reader);
    this.trash = new Trash(reader);
  }

  /** The absolute path of an entry of a directory; "?" stands for what cannot be found out. */
  public byte[] of(InodeId parent, Name name) {
    return join(of(parent, 0), name);
  }

  /** The absolute path of a directory; likewise. */
  public byte[] of(InodeId directory) {
    byte[] path = of(directory, 0);
    return path.length == 0 ? new byte[] {'/'} : path;
  }

  private byte[] of(InodeId directory, int depth) {
    if (directory.equals(InodeId.ROOT)) {
      return new byte[0];
    }
    byte[] path = known.get(directory);
    if (path == null) {
      path = find(directory, depth);
      known.put(directory, path);
    }
    return path;
  }

  private byte[] find(InodeId directory, int depth) {
    Inode inode = tables.findInode(directory);
    Name name = inode == null || depth > MAX_DEPTH ? null : name(inode);
    return inode == null || name == null
        ? ("?inode-" + directory.value()).getBytes(java.nio.charset.StandardCharsets.US_ASCII)
        : join(of(inode.parent(), depth + 1), name);
  }

  private @Nullable Name name(Inode directory) {
    TrashEntry deleted = trash.of(directory);
    if (deleted != null) {
      return deleted.name();
    }
    try (Rows entries = Rows.listing(reader, directory.parent())) {
      while (entries.next() instanceof Row.OfListing entry) {
        if (entry.dentry().child().equals(directory.id())) {
          return entry.name();
        }
      }
    }
    return null;
  }

  private static byte[] join(byte[] path, Name name) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(path);
    joined.write('/');
    joined.writeBytes(name.bytes());
    return joined.toByteArray();
  }
}
