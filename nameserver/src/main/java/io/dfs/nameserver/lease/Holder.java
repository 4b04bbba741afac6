package io.dfs.nameserver.lease;

/** What can stand in a {@link HolderTable} under a key. */
sealed interface Holder permits Tenure, Recall, Forgetting, Writer {
  /** Whether it means nothing any more and may be removed. */
  boolean isOver(long nowNanos);

  Recipient recipient();
}
