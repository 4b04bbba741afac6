package io.dfs.common.message;

/** What operators want of a dataserver. The order is part of the wire format. */
public enum ServerWish {
  /** Serve. */
  NONE,
  /** Be emptied: its copies go to others while it still serves. */
  DRAIN,
  /** Be away for some time without anything being repaired. */
  MAINTAIN,
  /** Belong to the cluster no more. */
  REMOVE
}
