package io.dfs.nameserver.check;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Chunks in use against what the dataservers of their groups hold, asked in batches. The state has
 * changed since its snapshot, so what looks wrong is looked at again in the state as it is now.
 * Confined to one thread, which waits for the answers.
 */
final class CopiesCheck {
  /** Each server of a batch is asked for so many at once. */
  private static final int BATCH = 1000;

  private record Chunk(ChunkId id, int end, Group group, List<Long> inodes) {}

  private final Tables now;
  private final Holders holders;
  private final Findings findings;
  private final List<Chunk> batch = new ArrayList<>();
  private final Set<NodeId> silent = new HashSet<>();

  /**
   * @param now the state as it is, not a snapshot
   */
  CopiesCheck(Tables now, Holders holders, Findings findings) {
    this.now = now;
    this.holders = holders;
    this.findings = findings;
  }

  void add(ChunkId id, int end, Group group, List<Long> inodes) throws IOException {
    batch.add(new Chunk(id, end, group, inodes));
    if (batch.size() == BATCH) {
      ask();
    }
  }

  void finish() throws IOException {
    ask();
    for (NodeId server : silent) {
      findings.add(
          new Finding(
              "server",
              false,
              "dataserver " + server + " does not answer: its copies could not be looked at",
              List.of(),
              List.of()));
    }
  }

  private void ask() throws IOException {
    Map<NodeId, List<ChunkId>> wanted = new HashMap<>();
    for (Chunk chunk : batch) {
      for (NodeId member : chunk.group.members()) {
        wanted.computeIfAbsent(member, unused -> new ArrayList<>()).add(chunk.id);
      }
    }
    Map<NodeId, CompletableFuture<int[]>> asked = new HashMap<>();
    wanted.forEach((server, chunks) -> asked.put(server, holders.lengths(server, chunks)));
    Map<NodeId, Map<ChunkId, Integer>> lengths = new HashMap<>();
    wanted.forEach(
        (server, chunks) -> {
          int[] answers = java.util.Objects.requireNonNull(asked.get(server)).join();
          Map<ChunkId, Integer> byChunk = new HashMap<>();
          for (int i = 0; i < chunks.size(); i++) {
            byChunk.put(chunks.get(i), answers[i]);
          }
          lengths.put(server, byChunk);
        });
    for (Chunk chunk : batch) {
      judge(chunk, lengths);
    }
    batch.clear();
  }

  private void judge(Chunk chunk, Map<NodeId, Map<ChunkId, Integer>> lengths) throws IOException {
    List<NodeId> bad = new ArrayList<>();
    int good = 0;
    int unknown = 0;
    for (NodeId member : chunk.group.members()) {
      int length = lengths.getOrDefault(member, Map.of()).getOrDefault(chunk.id, Holders.UNKNOWN);
      if (length == Holders.UNKNOWN) {
        unknown++;
        silent.add(member);
      } else if (length < chunk.end) {
        bad.add(member);
      } else {
        good++;
      }
    }
    Group current = now.findGroup(chunk.group.id());
    boolean changed =
        now.findChunk(chunk.id) == null || current == null || !current.equals(chunk.group);
    if (bad.isEmpty() || changed) {
      return;
    }
    boolean lost = good == 0 && unknown == 0;
    findings.add(
        new Finding(
            lost ? "chunk-lost" : "copy",
            lost,
            "chunk "
                + chunk.id
                + " is missing or too short on "
                + bad
                + ", "
                + good
                + " good copies are left"
                + (lost
                    ? ": the files cannot be read; bring back a server that has it"
                    : unknown > 0 ? ", and some servers do not answer" : "; repair makes another"),
            chunk.inodes,
            List.of()));
  }
}
