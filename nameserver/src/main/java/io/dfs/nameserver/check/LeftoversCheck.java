package io.dfs.nameserver.check;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.command.Fix;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The small tables, which hold something back until something else happens that may never: writers,
 * kept chunks, locks, groups, and the trash's orders and settings. Confined to one thread.
 *
 * <p>Not looked at: bad copies ('V') and what a conversion has left ('B' 'd' and 'f'), as whoever
 * works them off drops what no longer exists; events ('H'), which nothing depends on.
 */
final class LeftoversCheck {
  /** Nobody can set a grace time that is longer: a hundred years. */
  private static final long LONGEST_MS = 100L * 365 * 86_400_000;

  private final KeyValueReader state;
  private final Tables tables;
  private final Findings findings;
  private final long nowMs;

  LeftoversCheck(KeyValueReader state, Findings findings, long nowMs) {
    this.state = state;
    this.tables = new Tables(state);
    this.findings = findings;
    this.nowMs = nowMs;
  }

  void run() throws IOException {
    writers();
    kept();
    locks();
    groups();
    trash();
  }

  private void writers() throws IOException {
    try (Rows w = Rows.of(state, 'W')) {
      while (w.next() instanceof Row.OfWriting row) {
        ChunkState chunk = tables.findChunk(row.chunk());
        if (chunk == null || !chunk.writer().equals(row.session())) {
          findings.add(
              Finding.of(
                  "writer",
                  row.session()
                      + " is said to write chunk "
                      + row.chunk()
                      + " and does not: copies of its group could never be made again",
                  0,
                  new Fix.DropWriting(row.session(), row.chunk())));
        }
      }
    }
  }

  private void kept() throws IOException {
    try (Rows z = Rows.of(state, 'Z')) {
      while (z.next() instanceof Row.OfKept row) {
        ChunkId chunk = row.chunk();
        if (row.untilMs() > nowMs + LONGEST_MS) {
          findings.add(
              Finding.of(
                  "chunk-kept",
                  "chunk " + chunk + " is kept for readers without an end: it would never go",
                  0,
                  new Fix.Unkeep(chunk)));
        }
      }
    }
  }

  private void locks() throws IOException {
    try (Rows l = Rows.of(state, 'L')) {
      while (l.next() instanceof Row.OfLocks row) {
        Set<Long> gone = new TreeSet<>();
        for (LockList.Held held : LockList.decode(row.locks()).locks()) {
          if (tables.findSession(held.session()) == null) {
            gone.add(held.session().value());
          }
        }
        for (long session : gone) {
          findings.add(
              Finding.of(
                  "lock",
                  "inode " + row.inode() + " is locked by a client that is gone, for ever",
                  row.inode().value(),
                  new Fix.DropLocks(row.inode(), new SessionId(session))));
        }
      }
    }
  }

  private void groups() throws IOException {
    Set<NodeId> servers = tables.servers().keySet();
    try (Rows p = Rows.of(state, 'P')) {
      while (p.next() instanceof Row.OfGroup row) {
        Group group = row.group();
        if (!servers.containsAll(group.holders())) {
          findings.add(
              new Finding(
                  "group-server",
                  false,
                  group.id()
                      + " is kept by "
                      + group.holders()
                      + ", not all of which are known; repair makes the copies on others",
                  List.of(),
                  List.of()));
        }
      }
    }
  }

  private void trash() throws IOException {
    long settings = 0;
    try (Rows b = Rows.of(state, 'B')) {
      Row row;
      while ((row = b.next()) != null) {
        if (row instanceof Row.OfTrashKeep keep) {
          settings++;
          setting(keep.directory());
        } else if (row instanceof Row.OfTrashName name
            && tables.trash().find(name.parent(), name.inode()) == null) {
          findings.add(
              Finding.of(
                  "leftover",
                  "'" + name.name() + "' is named in the trash and is not there",
                  0,
                  new Fix.DropTrashName(name.parent(), name.name(), name.inode())));
        }
      }
    }
    long counted = tables.counter(Counter.TRASH_SETTINGS);
    if (counted != settings) {
      findings.add(
          Finding.of(
              "counter",
              settings + " directories have a setting for the trash, " + counted + " are counted",
              0,
              new Fix.AddCounter(Counter.TRASH_SETTINGS, settings - counted)));
    }
  }

  private void setting(InodeId directory) throws IOException {
    if (tables.findInode(directory) == null) {
      findings.add(
          Finding.of(
              "leftover",
              "a setting for the trash of directory " + directory + ", which does not exist",
              0,
              new Fix.DropTrashKeep(directory)));
    }
  }
}
