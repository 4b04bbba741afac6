package io.dfs.nameserver.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Group;
import io.dfs.common.message.Name;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Transaction;
import io.dfs.nameserver.state.TrashEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Takes a {@link Dump} into an empty store, some lines at a time. Confined to one thread. */
final class DumpReader {
  private static final int BATCH_LINES = 1000;

  private final ObjectMapper mapper = new ObjectMapper();
  private final KeyValueStore store;
  private Overlay view;
  private Transaction tx;
  private long lines;
  private long chunks;
  private long oldestOpen = Long.MAX_VALUE;

  /**
   * What came of it.
   *
   * @param lines between the first and the last
   * @param oldestOpen as in {@code Command.Restored}
   */
  record Read(long lines, long oldestOpen) {
    static final Read NONE = new Read(0, Long.MAX_VALUE);
  }

  private DumpReader(KeyValueStore store) {
    this.store = store;
    view = new Overlay(store);
    tx = new Transaction(view);
  }

  /** EINVAL when it is no dump, EIO when it is damaged or cut short. */
  static Read read(InputStream stream, KeyValueStore store) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8), 1 << 16);
    return new DumpReader(store).read(in);
  }

  private Read read(BufferedReader in) throws IOException {
    String first = in.readLine();
    if (first == null || !first.startsWith("{\"dump\":")) {
      throw new FsException(Errno.EINVAL, "it is no dump of a nameserver");
    }
    JsonNode head = mapper.readTree(first);
    if (head.get("dump").asInt() != Dump.FORMAT) {
      throw new FsException(
          Errno.EINVAL,
          "the dump has version " + head.get("dump") + ", this program knows " + Dump.FORMAT);
    }
    String line;
    while ((line = in.readLine()) != null) {
      JsonNode row;
      try {
        row = mapper.readTree(line);
        if (row.has("end")) {
          return finish(row.get("end").asLong());
        }
        put(row);
      } catch (IOException | RuntimeException e) {
        throw e instanceof FsException known
            ? known
            : new FsException(Errno.EIO, "line " + (lines + 2) + " of the dump: " + e, e);
      }
      if (++lines % BATCH_LINES == 0) {
        write();
      }
    }
    throw new FsException(Errno.EIO, "the dump is cut short after line " + (lines + 1));
  }

  private Read finish(long expected) {
    if (expected != lines) {
      throw new FsException(
          Errno.EIO, "the dump has " + lines + " lines, but says that it had " + expected);
    }
    // Chunks that were being written and had nothing in them yet were left out.
    tx.set(Counter.CHUNKS, chunks);
    write();
    return new Read(lines, oldestOpen);
  }

  private void write() {
    store.write(view.changes());
    view = new Overlay(store);
    tx = new Transaction(view);
  }

  private void put(JsonNode n) {
    String kind = text(n, "kind");
    switch (kind) {
      case "inode" -> tx.putInode(inode(n));
      case "entry" ->
          tx.putDentry(
              new InodeId(number(n, "parent")),
              new Name(bytes(n, "name")),
              new Dentry(new InodeId(number(n, "inode")), type(n), number(n, "cookie")));
      case "symlink" -> tx.putSymlink(new InodeId(number(n, "id")), bytes(n, "target"));
      case "xattr" ->
          tx.putXattr(new InodeId(number(n, "id")), new Name(bytes(n, "name")), bytes(n, "value"));
      case "extent" ->
          tx.putExtent(
              number(n, "tree"),
              new Extent(
                  number(n, "offset"),
                  (int) number(n, "length"),
                  ChunkId.fromHex(text(n, "chunk")),
                  (int) number(n, "chunkOffset")));
      case "chunk" -> chunk(n);
      case "garbage" ->
          tx.putGarbage(new NodeId((int) number(n, "server")), ChunkId.fromHex(text(n, "chunk")));
      case "group" -> group(n);
      case "server" -> server(n);
      case "counter" -> tx.set(Counter.valueOf(text(n, "name")), number(n, "value"));
      case "orphan" -> tx.putOrphan(new InodeId(number(n, "id")));
      case "trash" -> trash(n);
      case "keep" -> tx.putTrashKeep(new InodeId(number(n, "directory")), number(n, "seconds"));
      case "purge" -> tx.putPurge(number(n, "tree"), new InodeId(number(n, "inode")));
      case "other" -> tx.putRaw(bytes(n, "key"), bytes(n, "value"));
      default -> throw new FsException(Errno.EIO, "unknown kind " + kind);
    }
  }

  /** Its other orders come along as they are, and the counters too. */
  private void trash(JsonNode n) {
    tx.putTrash(
        new TrashEntry(
            new InodeId(number(n, "parent")),
            new InodeId(number(n, "inode")),
            new Name(bytes(n, "name")),
            (int) number(n, "uid"),
            number(n, "deleted"),
            number(n, "expires"),
            number(n, "bytes"),
            number(n, "added"),
            number(n, "removed")));
  }

  private static Inode inode(JsonNode n) {
    return new Inode(
        new InodeId(number(n, "id")),
        type(n),
        Integer.parseInt(text(n, "mode"), 8),
        (int) number(n, "nlink"),
        (int) number(n, "uid"),
        (int) number(n, "gid"),
        number(n, "rdev"),
        number(n, "size"),
        number(n, "allocated"),
        time(n, "atime"),
        time(n, "mtime"),
        time(n, "ctime"),
        time(n, "btime"),
        number(n, "version"),
        new DataSettings((int) number(n, "chunkBytes"), (int) number(n, "replicas")),
        new InodeId(number(n, "parent")),
        number(n, "tree"),
        n.has("cutAt") ? number(n, "cutAt") : Inode.UNCUT,
        n.has("flags") ? (int) number(n, "flags") : 0,
        null);
  }

  private void chunk(JsonNode n) {
    ChunkState state = new ChunkState(number(n, "live"), (int) number(n, "length"), SessionId.NONE);
    ChunkId id = ChunkId.fromHex(text(n, "id"));
    if (n.has("open")) {
      oldestOpen = Math.min(oldestOpen, id.sequence());
    }
    if (!state.garbage()) {
      chunks++;
      tx.putChunk(id, state);
    }
  }

  private void group(JsonNode n) {
    List<NodeId> members = new ArrayList<>();
    n.get("members").forEach(member -> members.add(new NodeId(member.asInt())));
    tx.putGroup(
        new Group(
            new GroupId((int) number(n, "id")),
            (int) number(n, "replicas"),
            (int) number(n, "epoch"),
            members));
  }

  private void server(JsonNode n) {
    tx.putServer(
        new NodeId((int) number(n, "id")),
        new Server(
            text(n, "token"),
            text(n, "address"),
            text(n, "host"),
            text(n, "rack"),
            text(n, "version"),
            number(n, "capacity"),
            number(n, "used"),
            number(n, "free"),
            number(n, "chunks"),
            n.has("wish") ? ServerWish.valueOf(text(n, "wish")) : ServerWish.NONE,
            n.has("until") ? number(n, "until") : 0));
  }

  private static JsonNode field(JsonNode n, String field) {
    JsonNode value = n.get(field);
    if (value == null) {
      throw new FsException(Errno.EIO, "a line lacks " + field);
    }
    return value;
  }

  private static long number(JsonNode n, String field) {
    return field(n, field).asLong();
  }

  private static String text(JsonNode n, String field) {
    return field(n, field).asText();
  }

  private static FileType type(JsonNode n) {
    return FileType.valueOf(text(n, "type").toUpperCase(Locale.ROOT));
  }

  private static byte[] bytes(JsonNode n, String field) {
    return n.has(field)
        ? text(n, field).getBytes(StandardCharsets.UTF_8)
        : Base64.getDecoder().decode(text(n, field + "64"));
  }

  private static Timestamp time(JsonNode n, String field) {
    String text = text(n, field);
    int point = text.indexOf('.');
    return new Timestamp(
        Long.parseLong(text.substring(0, point)), Integer.parseInt(text.substring(point + 1)));
  }
}
