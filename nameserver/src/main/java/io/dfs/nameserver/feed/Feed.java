package io.dfs.nameserver.feed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One long answer: a pipe from the thread that makes it to the client that fetches it. Shared,
 * guarded by itself. The maker waits while {@link #MAX_PARTS} are not fetched; a client that asks
 * for what is not made yet is answered as soon as it is, or with an empty part after {@link
 * #PATIENCE_NANOS}.
 *
 * <pre>
 * MAKING -> MADE     the maker has closed it; it can still be fetched
 * MAKING -> FAILED   the maker has failed; the client is told
 * any    -> GONE     given up by the client, or not asked for during {@link #FORGET_NANOS}
 * </pre>
 */
final class Feed extends OutputStream {
  private static final int PART_BYTES = 256 << 10;
  private static final int MAX_PARTS = 8;

  /** Well under a client's deadline for one call. */
  static final long PATIENCE_NANOS = 3_000_000_000L;

  /** A client that asks no more for so long is gone. */
  static final long FORGET_NANOS = 60_000_000_000L;

  private enum State {
    MAKING,
    MADE,
    FAILED,
    GONE
  }

  @GuardedBy("this")
  private final ArrayDeque<byte[]> parts = new ArrayDeque<>();

  /** Confined to the maker. */
  private final byte[] making = new byte[PART_BYTES];

  private int made;

  @GuardedBy("this")
  private State state = State.MAKING;

  @GuardedBy("this")
  private @Nullable FsException failure;

  /** Where {@link #last} begins; kept so that a lost answer can be given again. */
  @GuardedBy("this")
  private long lastOffset;

  @GuardedBy("this")
  private byte[] last = {};

  @GuardedBy("this")
  private @Nullable CompletableFuture<Reply> asking;

  @GuardedBy("this")
  private long askedNanos;

  Feed(long nowNanos) {
    askedNanos = nowNanos;
  }

  // ---- the maker's end

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int fits = Math.min(length - done, PART_BYTES - made);
      System.arraycopy(bytes, from + done, making, made, fits);
      made += fits;
      done += fits;
      if (made == PART_BYTES) {
        flush();
      }
    }
  }

  /** Hands over what was written, waiting for room. */
  @Override
  public void flush() throws IOException {
    if (made == 0) {
      return;
    }
    byte[] part = Arrays.copyOf(making, made);
    made = 0;
    synchronized (this) {
      while (state == State.MAKING && parts.size() >= MAX_PARTS) {
        try {
          wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
      if (state != State.MAKING) {
        throw new IOException("nobody fetches it any more");
      }
      parts.add(part);
      answer();
    }
  }

  @Override
  public void close() throws IOException {
    flush();
    synchronized (this) {
      state = state == State.MAKING ? State.MADE : state;
      answer();
    }
  }

  synchronized void fail(FsException reason) {
    if (state == State.MAKING) {
      state = State.FAILED;
      failure = reason;
    }
    answer();
  }

  // ---- the client's end

  /** The part at {@code offset}: the one after the last, or the last again. */
  synchronized CompletableFuture<Reply> read(long offset, long nowNanos) {
    askedNanos = nowNanos;
    if (offset == lastOffset && last.length > 0) {
      return CompletableFuture.completedFuture(new Reply.FeedPart(last, false));
    }
    if (offset != lastOffset + last.length) {
      throw new FsException(
          Errno.EINVAL, "asked for byte " + offset + " of an answer that is fetched in order");
    }
    if (asking != null) {
      asking.complete(new Reply.FeedPart(new byte[0], false));
    }
    CompletableFuture<Reply> future = new CompletableFuture<>();
    asking = future;
    answer();
    return future;
  }

  @GuardedBy("this")
  private void answer() {
    CompletableFuture<Reply> future = asking;
    if (future == null) {
      return;
    }
    byte[] next = parts.poll();
    if (next != null) {
      asking = null;
      lastOffset += last.length;
      last = next;
      notifyAll();
      future.complete(new Reply.FeedPart(next, false));
    } else if (state == State.MADE) {
      asking = null;
      future.complete(new Reply.FeedPart(new byte[0], true));
    } else if (state != State.MAKING) {
      asking = null;
      future.completeExceptionally(failure == null ? Feeds.unknown() : failure);
    }
  }

  synchronized void give() {
    state = State.GONE;
    parts.clear();
    answer();
    notifyAll();
  }

  /** Answers who has waited for long; true when nobody asks any more. */
  synchronized boolean tick(long nowNanos) {
    CompletableFuture<Reply> future = asking;
    if (future != null && nowNanos - askedNanos > PATIENCE_NANOS) {
      asking = null;
      future.complete(new Reply.FeedPart(new byte[0], false));
    }
    return nowNanos - askedNanos > FORGET_NANOS;
  }
}
