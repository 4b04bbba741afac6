package io.dfs.client.read;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.message.Reply.ChunkData;
import io.dfs.common.net.Response;
import io.dfs.common.net.WaitingThreads;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request for neighbouring blocks of a chunk, with all who wait for them. Shared.
 *
 * <p>Members of the group are asked one after another: the next at once when one fails, answers
 * wrongly or lacks bytes, and also when one is slow; the first good answer counts. When none is
 * good and some could not be reached, all are asked again until the deadline.
 */
final class Fetch {
  private static final Logger log = LoggerFactory.getLogger(Fetch.class);

  /** Much more than a read from a busy disk takes, and less than a person waits. */
  private static final int SLOW_MS = 1000;

  /** A read that has no more blocks is over sooner than two changes of thread. */
  private static final int SMALL_BLOCKS = 2;

  private static final int ASK_TIMEOUT_MS = 10_000;
  private static final int RETRY_MS = 200;

  /** Others give memory back within this, or it is not to be had: some 2 s. */
  private static final int MEMORY_TRIES = 20;

  private static final int MEMORY_RETRY_MS = 100;

  /** Somebody who wants bytes of the chunk. */
  record Waiter(Assembly assembly, int place, int start, int end) {}

  private final BlockFetcher fetcher;
  final ChunkId chunk;
  final int firstBlock;
  final int count;
  private final int needEnd;
  private final long deadline;
  private volatile boolean ahead;

  @GuardedBy("this")
  private final List<Waiter> waiters = new ArrayList<>(1);

  @GuardedBy("this")
  private boolean done;

  @GuardedBy("this")
  private List<NodeId> order = List.of();

  @GuardedBy("this")
  private int asked;

  @GuardedBy("this")
  private int outstanding;

  @GuardedBy("this")
  private int memoryTries;

  @GuardedBy("this")
  private boolean unreachable;

  /** An error may be a passing one, or mended meanwhile: all are asked once more in any case. */
  @GuardedBy("this")
  private boolean askedTwice;

  @GuardedBy("this")
  private final List<String> failures = new ArrayList<>(0);

  /**
   * @param needEnd the chunk must be known to have bytes up to here; 0 when it does not matter
   */
  Fetch(
      BlockFetcher fetcher, ChunkId chunk, int firstBlock, int count, int needEnd, long deadline) {
    this.fetcher = fetcher;
    this.chunk = chunk;
    this.firstBlock = firstBlock;
    this.count = count;
    this.needEnd = needEnd;
    this.deadline = deadline;
  }

  int start() {
    return firstBlock * Crc32c.BLOCK_BYTES;
  }

  int end() {
    return (firstBlock + count) * Crc32c.BLOCK_BYTES;
  }

  /** Before {@link #begin}: it counts against the bytes that are read ahead. */
  void countAsAhead() {
    ahead = true;
  }

  /** False when the answer has come already. */
  synchronized boolean join(Waiter waiter) {
    return !done && waiters.add(waiter);
  }

  void begin() {
    CompletableFuture<@Nullable ByteBuf> local = fetcher.fromDisk(this, needEnd);
    if (local == null) {
      beginRemote();
      return;
    }
    local.whenComplete(
        (bytes, failure) -> {
          if (bytes == null) {
            beginRemote();
          } else {
            finish(bytes, null);
          }
        });
  }

  private void beginRemote() {
    List<NodeId> members = fetcher.groups().known(chunk.group());
    if (members != null) {
      ask(members);
      return;
    }
    fetcher
        .groups()
        .members(chunk.group())
        .whenComplete(
            (found, failure) -> {
              if (found != null) {
                ask(found);
              } else {
                finish(null, FsException.of(failure));
              }
            });
  }

  private void ask(List<NodeId> members) {
    synchronized (this) {
      // Each MiB of a stream starts at another member, so that several servers send it.
      order = fetcher.dataservers().inReadOrder(members, firstBlock >> 4);
      asked = 0;
      outstanding = 0;
      unreachable = false;
      failures.clear();
    }
    askNext();
  }

  private void askNext() {
    NodeId node;
    boolean hedge;
    synchronized (this) {
      if (done || asked >= order.size()) {
        return;
      }
      node = order.get(asked++);
      outstanding++;
      hedge = asked < order.size();
    }
    // While a thread waits inside the call it cannot ask another server, so it waits less.
    boolean direct = !ahead && count <= SMALL_BLOCKS && WaitingThreads.isCurrent();
    int timeoutMs = direct && hedge ? SLOW_MS : ASK_TIMEOUT_MS;
    fetcher
        .dataservers()
        .ask(node, new Read(chunk, start(), count * Crc32c.BLOCK_BYTES), timeoutMs, direct)
        .whenComplete((response, failure) -> answered(node, response, failure));
    if (hedge && !isDone()) {
      fetcher.later(this::askNext, SLOW_MS);
    }
  }

  private synchronized boolean isDone() {
    return done;
  }

  private void answered(NodeId node, @Nullable Response response, @Nullable Throwable failure) {
    FsException problem;
    if (response == null) {
      problem = FsException.of(Objects.requireNonNull(failure));
    } else {
      if (isDone()) {
        response.payload().release();
        return;
      }
      problem = check(response);
      if (problem == null) {
        fetcher.dataservers().worked(node);
        fetcher.toDisk(this, response.payload(), ((ChunkData) response.message()).crcs());
        finish(response.payload(), null);
        return;
      }
      response.payload().release();
    }
    bad(node, problem);
  }

  private @Nullable FsException check(Response response) {
    ByteBuf bytes = response.payload();
    if (!(response.message() instanceof ChunkData data)
        || data.length() != bytes.readableBytes()
        || data.length() > count * Crc32c.BLOCK_BYTES
        || data.crcs().length != Crc32c.runs(data.length(), 0)) {
      return new FsException(Errno.EPROTO, "an answer that does not fit the question");
    }
    if (start() + data.length() < needEnd) {
      return new FsException(
          Errno.ENODATA, "has " + (start() + data.length()) + " bytes, not " + needEnd);
    }
    int wrong = Crc32c.verifyBlocks(bytes, bytes.readerIndex(), data.length(), 0, data.crcs());
    return wrong < 0
        ? null
        : new FsException(Errno.EBADMSG, "block " + (firstBlock + wrong) + " has a bad checksum");
  }

  private void bad(NodeId node, FsException problem) {
    if (problem.errno() == Errno.ENOMEM) {
      noMemory(problem);
      return;
    }
    boolean reachable = isAnswer(problem.errno());
    boolean last;
    synchronized (this) {
      outstanding--;
      if (done) {
        return;
      }
      failures.add(node + ": " + problem.getMessage());
      unreachable |= !reachable;
      last = outstanding == 0 && asked >= order.size();
    }
    if (reachable) {
      fetcher.report(chunk, node, problem);
    }
    fetcher.dataservers().failed(node);
    if (problem.errno() == Errno.ENOENT || problem.errno() == Errno.ESTALE) {
      // Perhaps the group has other members by now.
      fetcher.groups().refresh();
    }
    if (!last) {
      askNext();
      return;
    }
    if (mayRetry()) {
      fetcher.later(
          () -> fetcher.groups().refresh().whenComplete((d, f) -> beginRemote()), RETRY_MS);
    } else {
      String all;
      boolean needed;
      synchronized (this) {
        all = String.join("; ", failures);
        needed = isNeeded();
      }
      if (needed) {
        log.warn(
            "chunk {} blocks {}..{}: no good copy: {}",
            chunk,
            firstBlock,
            firstBlock + count - 1,
            all);
      }
      finish(
          null,
          new FsException(Errno.EIO, "no server has a good copy of chunk " + chunk + ": " + all));
    }
  }

  /** The answer could not be received, which says nothing about the server. */
  private void noMemory(FsException problem) {
    boolean again;
    synchronized (this) {
      if (done || --outstanding > 0) {
        return;
      }
      again = isNeeded() && ++memoryTries <= MEMORY_TRIES;
    }
    fetcher.makeRoom();
    if (again) {
      fetcher.later(this::beginRemote, MEMORY_RETRY_MS);
    } else {
      finish(null, problem);
    }
  }

  @GuardedBy("this")
  private boolean isNeeded() {
    return needEnd > 0 || !waiters.isEmpty();
  }

  private synchronized boolean mayRetry() {
    if (!isNeeded() || System.nanoTime() - deadline >= 0) {
      return false;
    }
    boolean patient = unreachable || !askedTwice;
    askedTwice = true;
    return patient;
  }

  private static boolean isAnswer(Errno errno) {
    return errno != Errno.ECONNREFUSED && errno != Errno.EHOSTUNREACH && errno != Errno.ETIMEDOUT;
  }

  /** Takes over {@code bytes}. */
  private void finish(@Nullable ByteBuf bytes, @Nullable FsException failure) {
    List<Waiter> served;
    synchronized (this) {
      if (done) {
        if (bytes != null) {
          bytes.release();
        }
        return;
      }
      done = true;
      served = new ArrayList<>(waiters);
      waiters.clear();
    }
    fetcher.ended(this, bytes, ahead);
    if (bytes == null) {
      FsException e = failure == null ? new FsException(Errno.EIO, "no answer") : failure;
      served.forEach(w -> w.assembly().fail(e));
      return;
    }
    for (Waiter w : served) {
      if (w.end() - start() <= bytes.readableBytes()) {
        w.assembly()
            .fill(
                w.place(),
                bytes.retainedSlice(
                    bytes.readerIndex() + w.start() - start(), w.end() - w.start()));
      } else {
        fetcher.again(chunk, w);
      }
    }
    bytes.release();
  }
}
