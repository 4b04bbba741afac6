package io.dfs.client.meta;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.session.OpenInodes;
import io.dfs.common.message.Close;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.Done;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the nameserver what is open no longer, many files at a time. Shared, bounded.
 *
 * <p>Nobody waits for it: until it is told, the nameserver only keeps what has lost its last name.
 * When a message is lost, the session's end does the same.
 */
public final class Releases {
  private static final Logger log = LoggerFactory.getLogger(Releases.class);

  /** As long as nobody notices that the space of an unlinked file is still taken. */
  private static final int DELAY_MS = 50;

  private final Function<List<Close>, CompletableFuture<Done>> nameserver;
  private final OpenInodes opens;
  private final ScheduledExecutorService timer;

  /** Completes when all messages so far are answered. */
  @GuardedBy("this")
  private CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);

  @GuardedBy("this")
  private List<Close> waiting = new ArrayList<>();

  public Releases(NameserverClient nameserver, OpenInodes opens, ScheduledExecutorService timer) {
    this(
        closes -> nameserver.query(session -> new Query.Release(session, closes), Done.class),
        opens,
        timer);
  }

  /**
   * @param nameserver is told of closes, {@link Query.Release#MAX_CLOSES} at most
   */
  Releases(
      Function<List<Close>, CompletableFuture<Done>> nameserver,
      OpenInodes opens,
      ScheduledExecutorService timer) {
    this.nameserver = nameserver;
    this.opens = opens;
    this.timer = timer;
  }

  /** To be told soon. */
  public void add(Close close) {
    boolean first;
    List<Close> full = List.of();
    synchronized (this) {
      waiting.add(close);
      first = waiting.size() == 1;
      if (waiting.size() == Query.Release.MAX_CLOSES) {
        // Taken here, so that no other thread puts one more to a full message.
        full = take();
      }
    }
    if (!full.isEmpty()) {
      send(full);
    } else if (first) {
      try {
        timer.schedule(this::tell, DELAY_MS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        log.trace("the client is closed, and its session ends", e);
      }
    }
  }

  /** What is sent after this call finds them told. */
  public void tell() {
    List<Close> closes = take();
    if (!closes.isEmpty()) {
      send(closes);
    }
  }

  /** Tells them, and completes when all that was sent so far is answered; never fails. */
  public CompletableFuture<Void> tellAll() {
    tell();
    synchronized (this) {
      return sent;
    }
  }

  private synchronized List<Close> take() {
    List<Close> taken = waiting;
    waiting = new ArrayList<>();
    return taken;
  }

  private void send(List<Close> closes) {
    closes.replaceAll(this::unlessOpenAgain);
    CompletableFuture<Void> told =
        nameserver
            .apply(closes)
            .handle(
                (done, failure) -> {
                  if (failure != null) {
                    log.debug("{} releases failed", closes.size(), failure);
                  }
                  return null;
                });
    synchronized (this) {
      sent = CompletableFuture.allOf(sent, told);
    }
  }

  /** What the nameserver counts goes on for who has opened the file since. */
  private Close unlessOpenAgain(Close close) {
    return close.count() > 0 && opens.takeOver(close.inode(), close.count())
        ? new Close(close.inode(), 0, close.readAt())
        : close;
  }
}
