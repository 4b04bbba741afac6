package io.dfs.client.read;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one read, coming in by any thread and in any order. Shared. Begins with one part
 * outstanding, which {@link #complete} settles when all places have been made.
 */
final class Assembly {
  final CompletableFuture<ByteBuf> result = new CompletableFuture<>();

  @GuardedBy("this")
  private final List<@Nullable ByteBuf> parts = new ArrayList<>(4);

  @GuardedBy("this")
  private int outstanding = 1;

  @GuardedBy("this")
  private @Nullable Throwable failure;

  /** The place of the next part, which {@link #fill} or {@link #fail} will settle. */
  synchronized int place() {
    parts.add(null);
    outstanding++;
    return parts.size() - 1;
  }

  /** A part that is here; taken over. */
  synchronized void add(ByteBuf part) {
    parts.add(part);
  }

  /** Takes over {@code part}. */
  void fill(int place, ByteBuf part) {
    synchronized (this) {
      parts.set(place, part);
    }
    complete();
  }

  void fail(Throwable problem) {
    synchronized (this) {
      failure = problem;
    }
    complete();
  }

  void complete() {
    ByteBuf all;
    synchronized (this) {
      if (--outstanding > 0) {
        return;
      }
      all = failure == null ? join() : null;
      if (all == null) {
        for (ByteBuf part : parts) {
          if (part != null) {
            part.release();
          }
        }
      }
    }
    if (all == null) {
      result.completeExceptionally(failure());
    } else if (!result.complete(all)) {
      all.release();
    }
  }

  private synchronized Throwable failure() {
    return failure == null ? new IllegalStateException("no failure") : failure;
  }

  @GuardedBy("this")
  private ByteBuf join() {
    if (parts.size() == 1 && parts.get(0) != null) {
      return parts.get(0);
    }
    CompositeByteBuf all = NetThreads.allocator().compositeDirectBuffer(Math.max(2, parts.size()));
    for (ByteBuf part : parts) {
      if (part != null) {
        all.addComponent(true, part);
      }
    }
    return all;
  }
}
