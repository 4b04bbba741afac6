package io.dfs.nameserver.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The write lease of an inode, in one of its states. At most one stands under a key.
 *
 * <pre>
 * Claim -- all others have let go --> Writing -- another asks --> Return -- given back --> (gone)
 * any -- the session's lease runs out, or it ends --> (gone)
 * </pre>
 */
sealed interface Writer extends Holder {
  /**
   * The session may hold written bytes that nobody else knows of, and may keep the inode. One
   * object stands for all of a tenure, as most files are written once and never asked for. Shared.
   */
  record Writing(Tenure tenure) implements Writer {
    @Override
    public Recipient recipient() {
      return tenure.recipient();
    }

    @Override
    public boolean isOver(long nowNanos) {
      return tenure.isOver(nowNanos);
    }
  }

  /**
   * The session wants to write and waits for others to forget what they were granted. Nothing is
   * written yet, so others are still answered, and told at once to forget that too: a kernel may
   * hold a lock on what it shall forget until it has such an answer. Guarded by its stripe.
   */
  final class Claim implements Writer {
    /** So many answers; then who asks waits, for else they could put the writer off for ever. */
    private static final int MAX_ANSWERS = 32;

    private final Tenure tenure;
    private final List<CompletableFuture<Void>> awaited = new ArrayList<>();
    private int answers;

    /** Completes when it has become something else. */
    final CompletableFuture<Void> over = new CompletableFuture<>();

    Claim(Tenure tenure) {
      this.tenure = tenure;
    }

    Tenure tenure() {
      return tenure;
    }

    void await(CompletableFuture<Void> recall) {
      awaited.add(recall);
    }

    /** What it waits for; done when that is nothing. */
    CompletableFuture<Void> waiting() {
      awaited.removeIf(CompletableFuture::isDone);
      return CompletableFuture.allOf(awaited.toArray(CompletableFuture[]::new));
    }

    /** Whether another question may be answered meanwhile. */
    boolean answers() {
      return answers++ < MAX_ANSWERS;
    }

    @Override
    public Recipient recipient() {
      return tenure.recipient();
    }

    @Override
    public boolean isOver(long nowNanos) {
      return tenure.isOver(nowNanos);
    }
  }

  /** The session was asked to give the write lease back and has not yet. Shared. */
  final class Return implements Writer {
    final long key;
    final Tenure tenure;
    final long number;
    final long bornNanos;

    /** Completes when all that was written is committed, or the session is given up. */
    final CompletableFuture<Void> done = new CompletableFuture<>();

    Return(long key, Tenure tenure, long number, long bornNanos) {
      this.key = key;
      this.tenure = tenure;
      this.number = number;
      this.bornNanos = bornNanos;
    }

    @Override
    public Recipient recipient() {
      return tenure.recipient();
    }

    @Override
    public boolean isOver(long nowNanos) {
      return done.isDone() || tenure.isOver(nowNanos);
    }
  }
}
