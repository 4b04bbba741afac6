package io.dfs.nameserver.lease;

/**
 * A period in which a session is given grants, and until when they count: one object stands for
 * them all, so that they end together and none takes more than its place in the table. Shared.
 */
final class Tenure implements Holder {
  private final Recipient recipient;

  /** Under an inode: the session may write it, too. */
  final Writer.Writing writing = new Writer.Writing(this);

  /** From then on grants go to the next tenure. */
  final long closesNanos;

  /** From then on the session does not trust what it was granted in this one. */
  private final long endsNanos;

  private volatile boolean ended;

  /** Approximate, which is enough for a bound. */
  private volatile int granted;

  Tenure(Recipient recipient, long closesNanos, long endsNanos) {
    this.recipient = recipient;
    this.closesNanos = closesNanos;
    this.endsNanos = endsNanos;
  }

  @Override
  public Recipient recipient() {
    return recipient;
  }

  /** The session has dropped all that it was granted. */
  void end() {
    ended = true;
  }

  @Override
  public boolean isOver(long nowNanos) {
    return ended || nowNanos - endsNanos >= 0;
  }

  /** Grants so far, about. */
  int granted() {
    return granted;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // an estimate
  int count() {
    return ++granted;
  }
}
