package io.dfs.client.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.net.Connection;
import java.util.List;
import java.util.function.Consumer;

/**
 * A chunk that this session appends to. The length belongs to its {@link ChunkWriter}; the count of
 * pieces that are not committed yet is shared.
 *
 * <p>A chunk may be sealed only when nothing will be appended and all that was appended is
 * committed or dropped: sealed chunks that nothing refers to are garbage.
 */
final class OpenChunk {
  final ChunkId id;
  final List<NodeId> members;
  final List<String> chain;
  final Connection connection;
  final int maxBytes;
  private final Consumer<ChunkId> seal;
  int length;

  @GuardedBy("this")
  private int unsettled;

  @GuardedBy("this")
  private boolean finished;

  @GuardedBy("this")
  private boolean sealed;

  OpenChunk(
      ChunkId id,
      List<NodeId> members,
      List<String> chain,
      Connection connection,
      int maxBytes,
      Consumer<ChunkId> seal) {
    this.id = id;
    this.members = members;
    this.chain = chain;
    this.connection = connection;
    this.maxBytes = maxBytes;
    this.seal = seal;
  }

  int room() {
    return maxBytes - length;
  }

  synchronized void placed(int pieces) {
    unsettled += pieces;
  }

  /** So many pieces are committed, dropped or were never acknowledged. */
  void settled(int pieces) {
    synchronized (this) {
      unsettled -= pieces;
      if (!isSealable()) {
        return;
      }
      sealed = true;
    }
    seal.accept(id);
  }

  /** Nothing will be appended any more. */
  void finish() {
    synchronized (this) {
      finished = true;
      if (!isSealable()) {
        return;
      }
      sealed = true;
    }
    seal.accept(id);
  }

  @GuardedBy("this")
  private boolean isSealable() {
    return finished && unsettled == 0 && !sealed;
  }
}
