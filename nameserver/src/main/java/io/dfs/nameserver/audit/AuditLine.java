package io.dfs.nameserver.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.state.Paths;
import io.dfs.nameserver.state.SessionRecord;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One change as a line of JSON. Confined to the log's thread.
 *
 * <pre>
 * time       ISO 8601, UTC            op       the request: Mkdir, Rename, SetAttr, ...
 * uid gid    on whose behalf          client   what the session says it is
 * session    its number, hexadecimal  address  where the request came from
 * path to    absolute; of directories as they are called when the line is written
 * inode      decimal                  result   ok, or the error: ENOENT, EACCES, ...
 * </pre>
 *
 * Beside these what the operation says, such as {@code mode}, {@code size}, {@code name} of an
 * attribute. A path that nobody has asked for lately is left out where only the inode was named.
 */
final class AuditLine {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KeyValueReader reader;
  private final Tables tables;
  private final KnownNames names;
  private Paths paths;

  AuditLine(KeyValueReader reader, KnownNames names) {
    this.reader = reader;
    this.tables = new Tables(reader);
    this.names = names;
    this.paths = new Paths(reader);
  }

  /** What changes the tree, its settings or the cluster; not what is written into files. */
  static boolean isAudited(Message request) {
    if (request instanceof Mutation) {
      return !(request instanceof Mutation.Commit
          || request instanceof Mutation.AllocateChunk
          || request instanceof Mutation.SetLock);
    }
    return request instanceof Query.EmptyTrash
        || request instanceof Query.DiscardNewer
        || request instanceof Query.SetServer
        || request instanceof Query.SetWork
        || (request instanceof Query.CheckFilesystem check && check.repair());
  }

  /** In the place of lines that could not be written. */
  static byte[] lost(Instant time, long count) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", time.toString());
    fields.put("lost", count);
    return bytes(fields);
  }

  byte[] of(AuditLog.Answered answered) throws IOException {
    Message request = answered.request();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", answered.time().toString());
    fields.put("op", request.getClass().getSimpleName());
    if (request instanceof Mutation mutation) {
      describe(mutation, fields);
      session(mutation.request().session(), fields);
    } else if (request instanceof Query.EmptyTrash q) {
      who(q.caller(), fields);
    } else if (request instanceof Query.SetServer q) {
      fields.put("server", q.server().value());
      fields.put("wish", q.wish().name());
    }
    // Java writes an address without a name as /ADDRESS.
    fields.put("address", answered.peer().replaceFirst("^/", ""));
    InodeId inode = KnownNames.inode(answered.reply());
    if (inode != null) {
      fields.put("inode", inode.value());
    }
    FsException failure = answered.failure();
    fields.put("result", failure == null ? "ok" : failure.errno().name());
    if (failure == null && (request instanceof Mutation.Rename)) {
      // Of whatever is below it.
      paths = new Paths(reader);
    }
    return bytes(fields);
  }

  private void describe(Mutation mutation, Map<String, Object> fields) {
    if (mutation instanceof Mutation.Create m) {
      made(m.caller(), m.parent(), m.name(), m.mode() & ~m.umask(), fields);
    } else if (mutation instanceof Mutation.Mknod m) {
      made(m.caller(), m.parent(), m.name(), m.mode() & ~m.umask(), fields);
      fields.put("type", m.type().name());
    } else if (mutation instanceof Mutation.Mkdir m) {
      made(m.caller(), m.parent(), m.name(), m.mode() & ~m.umask(), fields);
    } else if (mutation instanceof Mutation.CreateUnnamed m) {
      who(m.caller(), fields);
      fields.put("path", text(paths.of(m.parent())));
    } else if (mutation instanceof Mutation.Symlink m) {
      entry(m.caller(), m.parent(), m.name(), fields);
      fields.put("target", text(m.target()));
    } else if (mutation instanceof Mutation.Link m) {
      entry(m.caller(), m.parent(), m.name(), fields);
    } else if (mutation instanceof Mutation.Unlink m) {
      entry(m.caller(), m.parent(), m.name(), fields);
    } else if (mutation instanceof Mutation.Rmdir m) {
      entry(m.caller(), m.parent(), m.name(), fields);
    } else if (mutation instanceof Mutation.Rename m) {
      entry(m.caller(), m.parent(), m.name(), fields);
      fields.put("to", text(paths.of(m.newParent(), m.newName())));
      if (m.flags() != 0) {
        fields.put("flags", m.flags());
      }
    } else {
      describeOne(mutation, fields);
    }
  }

  /** Changes of one inode, named by its number. */
  private void describeOne(Mutation mutation, Map<String, Object> fields) {
    if (mutation instanceof Mutation.SetAttr m) {
      one(m.caller(), m.inode(), fields);
      put("mode", m.mode() == null ? null : octal(m.mode()), fields);
      put("newUid", m.uid(), fields);
      put("newGid", m.gid(), fields);
      put("size", m.sizeBytes(), fields);
      if (m.atime() != null || m.mtime() != null || m.atimeNow() || m.mtimeNow()) {
        fields.put("times", true);
      }
    } else if (mutation instanceof Mutation.SetXattr m) {
      one(m.caller(), m.inode(), fields);
      fields.put("name", m.name().toString());
    } else if (mutation instanceof Mutation.RemoveXattr m) {
      one(m.caller(), m.inode(), fields);
      fields.put("name", m.name().toString());
    } else if (mutation instanceof Mutation.SetSettings m) {
      one(m.caller(), m.directory(), fields);
      fields.put("chunkBytes", m.chunkBytes());
      fields.put("replicas", m.replicas());
    } else if (mutation instanceof Mutation.SetTrash m) {
      one(m.caller(), m.directory(), fields);
      fields.put("seconds", m.seconds());
    } else if (mutation instanceof Mutation.Allocate m) {
      one(null, m.inode(), fields);
      fields.put("allocateMode", m.mode());
    } else if (mutation instanceof Mutation.CloneRange m) {
      one(null, m.to(), fields);
    }
  }

  private void made(
      Caller caller, InodeId parent, Name name, int mode, Map<String, Object> fields) {
    entry(caller, parent, name, fields);
    fields.put("mode", octal(mode));
  }

  private void entry(Caller caller, InodeId parent, Name name, Map<String, Object> fields) {
    who(caller, fields);
    fields.put("path", text(paths.of(parent, name)));
  }

  private void one(@Nullable Caller caller, InodeId inode, Map<String, Object> fields) {
    if (caller != null) {
      who(caller, fields);
    }
    KnownNames.Place place = names.of(inode);
    var known = tables.findInode(inode);
    if (known != null && known.isDirectory()) {
      fields.put("path", text(paths.of(inode)));
    } else if (place != null) {
      fields.put("path", text(paths.of(place.parent(), place.name())));
    }
    fields.put("inode", inode.value());
  }

  private static void who(Caller caller, Map<String, Object> fields) {
    fields.put("uid", caller.uid());
    fields.put("gid", caller.gid());
  }

  private void session(SessionId id, Map<String, Object> fields) {
    SessionRecord session = tables.findSession(id);
    if (session != null) {
      fields.put("client", session.description());
    }
    fields.put("session", Long.toUnsignedString(id.value(), 16));
  }

  private static void put(String name, @Nullable Object value, Map<String, Object> fields) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private static String octal(int mode) {
    return String.format("%04o", mode & 07777);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Map<String, Object> fields) throws IOException {
    byte[] json = JSON.writeValueAsBytes(fields);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }
}
