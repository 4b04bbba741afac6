package io.dfs.nameserver.lease;

import java.util.concurrent.CompletableFuture;

/**
 * A session was told that something has changed and has not answered yet. Stands in the table until
 * then, so that what reads or changes the same thing meanwhile can wait for it too. Shared.
 */
final class Recall implements Holder {
  private final Recipient recipient;

  /** Its number among those of the recipient. */
  final long sequence;

  /** Completes when the session has let go, or its lease has run out. */
  final CompletableFuture<Void> done = new CompletableFuture<>();

  Recall(Recipient recipient, long sequence) {
    this.recipient = recipient;
    this.sequence = sequence;
  }

  @Override
  public Recipient recipient() {
    return recipient;
  }

  @Override
  public boolean isOver(long nowNanos) {
    return done.isDone();
  }
}
