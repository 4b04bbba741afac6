package io.dfs.common.net;

/**
 * Bounds of what a peer may make this process hold.
 *
 * @param maxControlBytes the longest control message
 * @param maxPayloadBytes the longest payload
 * @param maxInFlightBytes payload bytes of one connection that may be unanswered; past it the
 *     server stops reading from it
 * @param maxInFlightCalls calls of one connection that may be unanswered; likewise
 */
public record NetLimits(
    int maxControlBytes, int maxPayloadBytes, int maxInFlightBytes, int maxInFlightCalls) {
  /**
   * A listing of 1,000 entries with attributes takes 0.2 MiB, a heartbeat with many deletions 1
   * MiB; payloads are 1 MiB pieces.
   */
  public static final NetLimits DEFAULT = new NetLimits(4 << 20, 1 << 20, 16 << 20, 4096);
}
