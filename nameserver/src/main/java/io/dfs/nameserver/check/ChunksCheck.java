package io.dfs.nameserver.check;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.command.Fix;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of chunks against what extents use of them, and against those who write and delete
 * them. Confined to one thread.
 */
final class ChunksCheck {
  /** More are found when these are mended. */
  private static final int MAX_DELETIONS = 10_000;

  private final KeyValueReader state;
  private final Tables tables;
  private final Findings findings;
  private final LongSort uses;
  private final @Nullable CopiesCheck copies;
  private final Map<ChunkId, List<NodeId>> deletions = new HashMap<>();
  private long chunks;
  private long last;

  /**
   * @param uses as {@link ExtentsCheck} tells them
   * @param copies looks at what the dataservers hold; null when nobody shall
   */
  ChunksCheck(
      KeyValueReader state, Findings findings, LongSort uses, @Nullable CopiesCheck copies) {
    this.state = state;
    this.tables = new Tables(state);
    this.findings = findings;
    this.uses = uses;
    this.copies = copies;
  }

  void run() throws IOException {
    findDeletions();
    try (Rows k = Rows.of(state, 'K')) {
      Row.OfChunk row = (Row.OfChunk) k.next();
      long[] use = uses.next();
      while (row != null || use != null) {
        // Both are sorted as unsigned and as signed numbers alike: no chunk is negative.
        long id = Math.min(row == null ? Long.MAX_VALUE : row.chunk().value(), chunk(use));
        long live = 0;
        long end = 0;
        List<Long> inodes = new ArrayList<>();
        for (; use != null && use[0] == id; use = uses.next()) {
          live += use[2];
          end = Math.max(end, use[3]);
          if (inodes.size() < Finding.MAX_INODES && !inodes.contains(use[1])) {
            inodes.add(use[1]);
          }
        }
        if (row != null && row.chunk().value() == id) {
          check(row, live, (int) end, inodes);
          row = (Row.OfChunk) k.next();
        } else {
          findings.add(
              new Finding(
                  "chunk-record",
                  true,
                  "chunk " + new ChunkId(id) + " is in use and has no record: its bytes may go",
                  inodes,
                  List.of(new Fix.PutChunk(new ChunkId(id), live, (int) end))));
        }
      }
    }
    if (copies != null) {
      copies.finish();
    }
    long counted = tables.counter(Counter.CHUNKS);
    if (counted != chunks) {
      findings.add(
          Finding.of(
              "counter",
              chunks + " chunks exist, " + counted + " are counted",
              0,
              new Fix.AddCounter(Counter.CHUNKS, chunks - counted)));
    }
    if (tables.counter(Counter.CHUNK) < last) {
      findings.add(
          Finding.of(
              "counter",
              "chunk numbers up to " + last + " are in use and could be given out again",
              0,
              new Fix.RaiseCounter(Counter.CHUNK, last)));
    }
  }

  private static long chunk(long @Nullable [] use) {
    return use == null ? Long.MAX_VALUE : use[0];
  }

  private void check(Row.OfChunk row, long live, int end, List<Long> inodes) throws IOException {
    ChunkState found = row.state();
    ChunkId id = row.chunk();
    chunks++;
    last = Math.max(last, id.sequence());
    if (found.live() != live || found.length() < end) {
      findings.add(
          new Finding(
              "chunk-bytes",
              false,
              "chunk "
                  + id
                  + " has "
                  + live
                  + " bytes in use up to "
                  + end
                  + " and counts "
                  + found.live()
                  + " of "
                  + found.length()
                  + ": it would go too early or never",
              inodes,
              List.of(new Fix.AddLive(id, live - found.live(), end))));
    } else if (found.garbage() && !tables.isKept(id)) {
      findings.add(
          Finding.of(
              "chunk-leak",
              "chunk " + id + " has no bytes in use and waits for nothing: it would never go",
              0,
              new Fix.Unkeep(id)));
    }
    if (!found.sealed()
        && (tables.findSession(found.writer()) == null || !tables.isWriting(found.writer(), id))) {
      findings.add(
          Finding.of(
              "chunk-writer",
              "chunk " + id + " is being written by a client that is gone: it would never go",
              0,
              new Fix.Seal(id)));
    }
    deletions(id, inodes);
    Group group = tables.findGroup(id.group());
    if (group == null) {
      findings.add(
          new Finding(
              "chunk-group",
              true,
              "chunk " + id + " is of a group that does not exist: nobody knows where it is",
              inodes,
              List.of()));
    } else if (copies != null && live > 0) {
      copies.add(id, end, group, inodes);
    }
  }

  /** Notes who is told to delete a chunk that it must have. */
  private void findDeletions() {
    try (Rows g = Rows.of(state, 'G')) {
      while (deletions.size() < MAX_DELETIONS && g.next() instanceof Row.OfGarbage garbage) {
        // A member that the group has lost shall delete its copy.
        if (tables.findChunk(garbage.chunk()) != null && isMember(garbage)) {
          deletions
              .computeIfAbsent(garbage.chunk(), unused -> new ArrayList<>())
              .add(garbage.node());
        }
      }
    }
  }

  private void deletions(ChunkId id, List<Long> inodes) throws IOException {
    for (NodeId node : deletions.getOrDefault(id, List.of())) {
      findings.add(
          new Finding(
              "deletion",
              true,
              node + " is told to delete chunk " + id + ", which is in use",
              inodes,
              List.of(new Fix.DropGarbage(node, id))));
    }
  }

  private boolean isMember(Row.OfGarbage garbage) {
    Group group = tables.findGroup(garbage.chunk().group());
    return group != null && group.members().contains(garbage.node());
  }
}
