package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import java.util.List;

/** What a dataserver tells the nameserver. Safe to repeat. */
public sealed interface ClusterRequest extends Message {

  /**
   * A dataserver has started or has connected again. Answered by {@link Reply.Registered}.
   *
   * @param node its number, {@link NodeId#NONE} when its disks are new
   * @param token a random text that it keeps beside its number; two servers with one number are
   *     told apart by it
   * @param clusterId the cluster on its disks, empty when they are new; another cluster's is
   *     refused
   */
  record Register(
      NodeId node,
      String token,
      String clusterId,
      String address,
      String host,
      String rack,
      String version,
      Capacity capacity)
      implements ClusterRequest {}

  /**
   * Sent at the interval that {@link Reply.Registered} gave. Answered by {@link
   * Reply.HeartbeatAnswer}; ESTALE when it must register first.
   *
   * @param deleted chunks it was told to delete that are gone from all its disks now
   */
  record Heartbeat(NodeId node, Capacity capacity, List<ChunkId> deleted)
      implements ClusterRequest {}

  /**
   * Some of the chunks that it holds, in no order; over some hours (and once after a start) it
   * tells all of them. Answered by {@link Reply.Garbage}: those which nothing refers to.
   */
  record Inventory(NodeId node, List<ChunkId> chunks) implements ClusterRequest {}

  /**
   * Asks for something to copy into new chunks, and tells how earlier copying ended. Answered by
   * {@link Reply.Rewrites}.
   */
  record TakeRewrite(NodeId node, List<RewriteTask.Result> results) implements ClusterRequest {}

  /**
   * Tells what came of earlier {@link CopyOrder}s and asks for others. Answered by {@link
   * Reply.CopyOrders}.
   *
   * @param room how many orders it takes now
   */
  record CopyWork(NodeId node, List<CopyResult> results, int room) implements ClusterRequest {}

  /**
   * What the server should hold, from the first chunk after {@code after} on. Answered by {@link
   * Reply.ExpectedChunks}.
   */
  record Expected(NodeId node, ChunkId after, int max) implements ClusterRequest {}

  /** Copies that are damaged or missing, here or elsewhere. Answered by {@link Reply.Done}. */
  record BadCopies(NodeId node, List<BadCopy> copies) implements ClusterRequest {}

  /**
   * It has compared all that it holds with all that it should, and has told the differences.
   * Answered by {@link Reply.Done}.
   */
  record Audited(NodeId node) implements ClusterRequest {}

  /**
   * A dataserver's space and load.
   *
   * @param freeBytes what new chunks may still take, the reserve already off
   * @param failedDisks directories that are out of use
   * @param receivedBytes payload of requests since the start
   * @param sentBytes payload of answers since the start
   */
  record Capacity(
      long capacityBytes,
      long usedBytes,
      long freeBytes,
      long chunks,
      int failedDisks,
      long receivedBytes,
      long sentBytes) {

    /** Nothing moved yet. */
    public Capacity(
        long capacityBytes, long usedBytes, long freeBytes, long chunks, int failedDisks) {
      this(capacityBytes, usedBytes, freeBytes, chunks, failedDisks, 0, 0);
    }

    public Capacity withTraffic(long received, long sent) {
      return new Capacity(capacityBytes, usedBytes, freeBytes, chunks, failedDisks, received, sent);
    }
  }
}
