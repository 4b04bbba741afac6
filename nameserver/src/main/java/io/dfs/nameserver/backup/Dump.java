package io.dfs.nameserver.backup;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.dfs.common.message.Name;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.TrashEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The state as lines of JSON, in the order of its keys. Confined to one thread; takes the memory of
 * one line. {@link DumpReader} takes it in again.
 *
 * <p>The first line is {@code {"dump":1,"cluster":...,"version":...,"time":...}}, the last {@code
 * {"end":LINES}} with the number of lines between. Each line between has one of these as {@code
 * kind}; numbers of inodes, servers and groups are decimal, those of chunks 16 hexadecimal digits;
 * times are seconds since 1970 and, after a point, nine digits after that second. A name that is
 * not UTF-8 is in {@code name64} instead of {@code name}, as Base64, as are {@code target64} and
 * {@code value64}.
 *
 * <pre>
 * inode     id type mode nlink uid gid rdev size allocated atime mtime ctime btime version
 *           chunkBytes replicas parent tree [cutAt] [flags]   size of a directory: its entries
 * entry     parent name inode type cookie              cookie: its place in listings
 * symlink   id target
 * xattr     id name value64
 * extent    tree offset length chunk chunkOffset       tree: of the inode that has that tree
 * chunk     id live length [open]                      live: bytes that extents refer to; open:
 *                                                      it was being written
 * garbage   server chunk                               the server shall delete it
 * group     id replicas epoch members
 * server    id token address host rack version capacity used free chunks [wish until]
 *                                                      wish: what operators want of it, if
 *                                                      anything, until ms since 1970; 0: for ever
 * counter   name value                                 {@code state.Counter}
 * orphan    id                                         unlinked, about to be removed
 * trash     parent inode name uid deleted expires bytes added removed
 * keep      directory seconds                          how long the trash keeps what is deleted
 *                                                      from the directory and below
 * purge     tree inode                                 extents about to be removed
 * other     key64 value64                              of a table that a reader need not know
 * </pre>
 *
 * Sessions, what they hold, and their locks are left out: they do not outlive a nameserver's state.
 */
final class Dump {
  static final int FORMAT = 1;

  /** Raw tables of sessions, locks, and what is kept for clients of the moment. */
  private static final String LEFT_OUT = "RQLAZ";

  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private final JsonGenerator out;
  private long lines;

  private Dump(JsonGenerator out) {
    this.out = out;
  }

  static void write(KeyValueReader state, String version, Timestamp now, OutputStream stream)
      throws IOException {
    try (JsonGenerator out = FACTORY.createGenerator(stream)) {
      out.setRootValueSeparator(null);
      Dump dump = new Dump(out);
      out.writeStartObject();
      out.writeNumberField("dump", FORMAT);
      out.writeStringField("cluster", new Tables(state).clusterId());
      out.writeStringField("version", version);
      dump.time("time", now);
      dump.endLine();
      dump.lines = 0;
      try (Rows rows = Rows.all(state)) {
        Row row;
        while ((row = rows.next()) != null) {
          dump.row(row);
        }
      }
      long between = dump.lines;
      out.writeStartObject();
      out.writeNumberField("end", between);
      dump.endLine();
    }
    stream.flush();
  }

  private void endLine() throws IOException {
    out.writeEndObject();
    out.writeRaw('\n');
    lines++;
  }

  private void begin(String kind) throws IOException {
    out.writeStartObject();
    out.writeStringField("kind", kind);
  }

  private void row(Row row) throws IOException {
    if (row instanceof Row.OfInode r) {
      inode(r.inode());
    } else if (row instanceof Row.OfDentry r) {
      begin("entry");
      out.writeNumberField("parent", r.parent().value());
      name(r.name());
      out.writeNumberField("inode", r.dentry().child().value());
      type(r.dentry().type());
      out.writeNumberField("cookie", r.dentry().cookie());
    } else if (row instanceof Row.OfSymlink r) {
      begin("symlink");
      out.writeNumberField("id", r.inode().value());
      text("target", r.target());
    } else if (row instanceof Row.OfXattr r) {
      begin("xattr");
      out.writeNumberField("id", r.inode().value());
      name(r.name());
      base64("value64", r.value());
    } else if (row instanceof Row.OfExtent r) {
      begin("extent");
      out.writeNumberField("tree", r.tree());
      out.writeNumberField("offset", r.extent().fileOffset());
      out.writeNumberField("length", r.extent().length());
      out.writeStringField("chunk", r.extent().chunk().hex());
      out.writeNumberField("chunkOffset", r.extent().chunkOffset());
    } else if (row instanceof Row.OfChunk r) {
      begin("chunk");
      out.writeStringField("id", r.chunk().hex());
      out.writeNumberField("live", r.state().live());
      out.writeNumberField("length", r.state().length());
      if (!r.state().sealed()) {
        out.writeBooleanField("open", true);
      }
    } else if (!rest(row)) {
      return;
    }
    endLine();
  }

  /** The tables with few rows; false when the row is left out. */
  private boolean rest(Row row) throws IOException {
    if (row instanceof Row.OfGarbage r) {
      begin("garbage");
      out.writeNumberField("server", r.node().value());
      out.writeStringField("chunk", r.chunk().hex());
    } else if (row instanceof Row.OfGroup r) {
      begin("group");
      out.writeNumberField("id", r.group().id().value());
      out.writeNumberField("replicas", r.group().replicas());
      out.writeNumberField("epoch", r.group().epoch());
      int[] members = r.group().members().stream().mapToInt(m -> m.value()).toArray();
      out.writeFieldName("members");
      out.writeArray(members, 0, members.length);
    } else if (row instanceof Row.OfServer r) {
      server(r.node().value(), r.server());
    } else if (row instanceof Row.OfCounter r) {
      begin("counter");
      out.writeStringField("name", r.counter().name());
      out.writeNumberField("value", r.value());
    } else if (row instanceof Row.OfOrphan r) {
      begin("orphan");
      out.writeNumberField("id", r.inode().value());
    } else if (row instanceof Row.OfPurge r) {
      begin("purge");
      out.writeNumberField("tree", r.tree());
      out.writeNumberField("inode", r.tailOf().value());
    } else if (row instanceof Row.OfTrash r) {
      begin("trash");
      TrashEntry e = r.entry();
      out.writeNumberField("parent", e.parent().value());
      out.writeNumberField("inode", e.inode().value());
      name(e.name());
      out.writeNumberField("uid", e.uid());
      out.writeNumberField("deleted", e.deleted());
      out.writeNumberField("expires", e.expires());
      out.writeNumberField("bytes", e.bytes());
      out.writeNumberField("added", e.added());
      out.writeNumberField("removed", e.removed());
    } else if (row instanceof Row.OfTrashKeep r) {
      begin("keep");
      out.writeNumberField("directory", r.directory().value());
      out.writeNumberField("seconds", r.seconds());
    } else if (row instanceof Row.Other r && LEFT_OUT.indexOf(r.key()[0]) < 0) {
      begin("other");
      base64("key64", r.key());
      base64("value64", r.value());
    } else {
      return false;
    }
    return true;
  }

  private void inode(Inode i) throws IOException {
    begin("inode");
    out.writeNumberField("id", i.id().value());
    type(i.type());
    out.writeStringField("mode", String.format(Locale.ROOT, "%04o", i.mode()));
    out.writeNumberField("nlink", i.nlink());
    out.writeNumberField("uid", i.uid());
    out.writeNumberField("gid", i.gid());
    out.writeNumberField("rdev", i.rdev());
    out.writeNumberField("size", i.size());
    out.writeNumberField("allocated", i.allocated());
    time("atime", i.atime());
    time("mtime", i.mtime());
    time("ctime", i.ctime());
    time("btime", i.btime());
    out.writeNumberField("version", i.version());
    out.writeNumberField("chunkBytes", i.settings().chunkBytes());
    out.writeNumberField("replicas", i.settings().replicas());
    out.writeNumberField("parent", i.parent().value());
    out.writeNumberField("tree", i.tree());
    if (i.flags() != 0) {
      out.writeNumberField("flags", i.flags());
    }
    if (i.cutAt() != Inode.UNCUT) {
      out.writeNumberField("cutAt", i.cutAt());
    }
  }

  private void server(int id, Server s) throws IOException {
    begin("server");
    out.writeNumberField("id", id);
    out.writeStringField("token", s.token());
    out.writeStringField("address", s.address());
    out.writeStringField("host", s.host());
    out.writeStringField("rack", s.rack());
    out.writeStringField("version", s.version());
    out.writeNumberField("capacity", s.capacityBytes());
    out.writeNumberField("used", s.usedBytes());
    out.writeNumberField("free", s.freeBytes());
    out.writeNumberField("chunks", s.chunks());
    if (s.wish() != ServerWish.NONE) {
      out.writeStringField("wish", s.wish().name());
      out.writeNumberField("until", s.untilMs());
    }
  }

  private void type(io.dfs.common.message.FileType type) throws IOException {
    out.writeStringField("type", type.name().toLowerCase(Locale.ROOT));
  }

  private void name(Name name) throws IOException {
    text("name", name.bytes());
  }

  private void text(String field, byte[] bytes) throws IOException {
    String text = utf8(bytes);
    if (text == null) {
      base64(field + "64", bytes);
    } else {
      out.writeStringField(field, text);
    }
  }

  private static @Nullable String utf8(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes) ? text : null;
  }

  private void base64(String field, byte[] bytes) throws IOException {
    out.writeStringField(field, Base64.getEncoder().encodeToString(bytes));
  }

  private void time(String field, Timestamp t) throws IOException {
    out.writeStringField(field, String.format(Locale.ROOT, "%d.%09d", t.seconds(), t.nanos()));
  }
}
