package io.dfs.nameserver.lease;

/**
 * A session was told to forget an inode that another will write. Changes wait for it, as the
 * session may still show what it read; questions do not, as nothing is written yet. Shared.
 */
record Forgetting(Recall recall) implements Holder {
  @Override
  public Recipient recipient() {
    return recall.recipient();
  }

  @Override
  public boolean isOver(long nowNanos) {
    return recall.isOver(nowNanos);
  }
}
