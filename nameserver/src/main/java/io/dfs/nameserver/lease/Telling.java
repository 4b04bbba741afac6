package io.dfs.nameserver.lease;

import io.dfs.common.message.Stale;
import io.dfs.nameserver.lease.Writer.Return;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Tells at once, as no batch is under way that would. Confined to one question. */
final class Telling implements Grants.Teller {
  private final @Nullable Stale stale;
  private final AtomicLong numbers;
  private final long nowNanos;
  private final List<Recipient> touched = new ArrayList<>(0);

  /**
   * @param stale what there is to forget; null when nobody is told that
   * @param numbers of write leases that are asked back
   */
  Telling(@Nullable Stale stale, AtomicLong numbers, long nowNanos) {
    this.stale = stale;
    this.numbers = numbers;
    this.nowNanos = nowNanos;
  }

  @Override
  public @Nullable Recall tell(Recipient recipient) {
    touched.add(recipient);
    return stale == null ? null : recipient.tell(stale, nowNanos);
  }

  @Override
  public @Nullable Return askBack(long key, Tenure tenure) {
    Recipient recipient = tenure.recipient();
    touched.add(recipient);
    return recipient.askBack(key, tenure, numbers.incrementAndGet(), nowNanos);
  }

  /** Outside all locks. */
  void flush() {
    touched.forEach(Recipient::flush);
  }
}
