package io.dfs.nameserver.audit;

import io.dfs.common.error.FsException;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.kv.KeyValueReader;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the audit log on a thread of its own. Shared. What cannot be written, because the disk is
 * full or slower than the changes come, is lost and counted: the tree goes on, a WARN says so, and
 * the log has a line {@code {"time":...,"lost":N}} in that place when it can be written again.
 */
public final class AuditLog implements Audit {
  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);

  /** A second or so of changes; 2 MB. */
  private static final int MAX_WAITING = 10_000;

  private static final long LOOK_MS = 500;
  private static final long WARN_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int CLOSE_MS = 5000;

  /** A request and how it ended. */
  record Answered(
      Instant time,
      Message request,
      String peer,
      @Nullable Reply reply,
      @Nullable FsException failure) {}

  private final BlockingQueue<Answered> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong lost = new AtomicLong();
  private final KnownNames names = new KnownNames();
  private final AuditFile file;
  private final AuditLine line;
  private final Thread thread = new Thread(this::run, "dfs-audit");
  private volatile boolean stopped;

  /** Confined to the thread. */
  private long warnedNanos = System.nanoTime() - WARN_EVERY_NANOS - 1;

  /** Starts to write. */
  public AuditLog(AuditFile file, KeyValueReader reader) {
    this.file = file;
    this.line = new AuditLine(reader, names);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void answered(
      Message request, String peer, @Nullable Reply reply, @Nullable FsException failure) {
    names.learn(request, reply);
    if (AuditLine.isAudited(request)
        && !waiting.offer(new Answered(Instant.now(), request, peer, reply, failure))) {
      lost.incrementAndGet();
    }
  }

  private void run() {
    try {
      file.prepare();
    } catch (IOException e) {
      warn(e);
    }
    while (!stopped || !waiting.isEmpty()) {
      try {
        Answered next = waiting.poll(LOOK_MS, TimeUnit.MILLISECONDS);
        if (next != null) {
          write(next);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        lost.incrementAndGet();
        log.warn("a change is not in the audit log; please report this", e);
      }
    }
  }

  private void write(Answered answered) {
    long missing = lost.getAndSet(0);
    try {
      if (missing > 0) {
        file.write(AuditLine.lost(answered.time(), missing));
        log.warn("{} changes are missing in the audit log {}", missing, file);
        missing = 0;
      }
      file.write(line.of(answered));
    } catch (IOException e) {
      lost.addAndGet(missing + 1);
      warn(e);
    }
  }

  private void warn(IOException e) {
    long now = System.nanoTime();
    if (now - warnedNanos > WARN_EVERY_NANOS) {
      warnedNanos = now;
      log.warn(
          "the audit log {} cannot be written ({}), and changes go on without it: {} are missing."
              + " See that the nameserver's user may write in its directory, and that its disk has"
              + " room (audit-size, audit-count)",
          file,
          e.toString(),
          lost.get());
    }
  }

  /** Writes what is waiting, for some seconds at most. */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(CLOSE_MS);
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(CLOSE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }
}
