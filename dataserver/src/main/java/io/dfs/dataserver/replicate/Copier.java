package io.dfs.dataserver.replicate;

import com.google.errorprone.annotations.Var;
import io.dfs.common.checksum.Crc32c;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import io.dfs.common.message.CopyResult.Outcome;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply.ChunkData;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.Response;
import io.dfs.dataserver.pace.ClientTraffic;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.Replacement;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets copies of chunks from other servers. Shared; a few threads of its own do the work.
 *
 * <p>A copy has exactly the length that the order says. When there is a good one already, which is
 * read and compared with its checksums, nothing is copied. Else a new file is filled from the
 * sources, one after another as they fail, every block verified on arrival; only when it is whole
 * and on disk does it take the place of the old one.
 */
public final class Copier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Copier.class);

  /** Side by side, so that one waits for the network while another waits for the disk. */
  private static final int THREADS = 4;

  /** Orders taken: as many wait as are worked on, so that no thread waits for the nameserver. */
  private static final int MAX_ORDERS = 2 * THREADS;

  private static final int READ_TIMEOUT_MS = 10_000;
  private static final int IDLE_MS = 60_000;

  /** Until the nameserver has said what it shall be. */
  private static final long FIRST_RATE = 16 << 20;

  private final ChunkStore store;
  private final NetClient client;
  private final Supplier<Hello> hello;
  private final LocalCheck local;
  private final CopyPace pace;
  private final Map<HostPort, PeerLink> links = new ConcurrentHashMap<>();
  private final Set<ChunkId> chunks = ConcurrentHashMap.newKeySet();
  private final AtomicInteger underWay = new AtomicInteger();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_ORDERS),
          task -> {
            Thread thread = new Thread(task, "copy");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param clients who go first
   */
  public Copier(ChunkStore store, NetClient client, Supplier<Hello> hello, ClientTraffic clients) {
    this.store = store;
    this.client = client;
    this.hello = hello;
    this.pace = new CopyPace(FIRST_RATE, clients, System.nanoTime());
    this.local = new LocalCheck(store, pace);
    threads.allowCoreThreadTimeOut(true);
  }

  /** How many more orders it takes. */
  public int room() {
    return Math.max(0, MAX_ORDERS - underWay.get());
  }

  /** Whether no order is under way. */
  public boolean isIdle() {
    return underWay.get() == 0;
  }

  public void setRate(long bytesPerSecond) {
    pace.set(bytesPerSecond);
  }

  /** Works on an order, one of those there was {@link #room} for; tells the result once. */
  public void submit(CopyOrder order, Consumer<CopyResult> done) {
    if (!chunks.add(order.chunk())) {
      // Of a nameserver that has restarted, or has changed its mind twice.
      done.accept(
          result(order, Outcome.UNREACHABLE, 0, List.of(), "the chunk is being copied already"));
      return;
    }
    underWay.incrementAndGet();
    threads.execute(
        () -> {
          @Var CopyResult result;
          try {
            result = carryOut(order);
          } catch (RuntimeException e) {
            log.warn("chunk {} could not be copied", order.chunk(), e);
            result = result(order, Outcome.UNREACHABLE, 0, List.of(), e.toString());
          }
          underWay.decrementAndGet();
          chunks.remove(order.chunk());
          done.accept(result);
        });
  }

  private static CopyResult result(
      CopyOrder order, Outcome outcome, long bytes, List<NodeId> bad, String problem) {
    return new CopyResult(order.chunk(), outcome, bytes, bad, problem);
  }

  private CopyResult carryOut(CopyOrder order) {
    try {
      if (local.isGood(order.chunk(), order.length())) {
        store.sync(order.chunk(), order.length()).join();
        return result(order, Outcome.DONE, 0, List.of(), "");
      }
      return copy(order);
    } catch (FsException | CompletionException e) {
      return result(order, Outcome.CANNOT_KEEP, 0, List.of(), FsException.of(e).toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return result(order, Outcome.UNREACHABLE, 0, List.of(), "the server is stopping");
    }
  }

  private CopyResult copy(CopyOrder order) throws InterruptedException {
    List<NodeId> bad = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    @Var boolean unreachable = order.sources().isEmpty();
    try (Replacement copy = store.replace(order.chunk())) {
      for (CopyOrder.Source source : order.sources()) {
        FsException failure = pull(order, source, copy);
        if (failure == null) {
          store.install(copy).join();
          return result(order, Outcome.DONE, order.length(), bad, "");
        }
        problems.add(source.node() + ": " + failure.getMessage());
        if (isVerdict(failure.errno())) {
          bad.add(source.node());
        } else {
          unreachable = true;
        }
      }
    }
    String all = problems.isEmpty() ? "no source is known" : String.join("; ", problems);
    log.warn("no copy of chunk {} now: {}", order.chunk(), all);
    return result(order, unreachable ? Outcome.UNREACHABLE : Outcome.NO_GOOD_COPY, 0, bad, all);
  }

  /** Whether the source has answered that it has no good copy. */
  private static boolean isVerdict(Errno errno) {
    return errno == Errno.ENOENT
        || errno == Errno.EBADMSG
        || errno == Errno.ENODATA
        || errno == Errno.EIO;
  }

  /**
   * Fills a copy from where it is to its end; returns what was wrong with the source.
   *
   * @throws FsException when this server cannot keep the bytes
   */
  private @Nullable FsException pull(CopyOrder order, CopyOrder.Source source, Replacement copy)
      throws InterruptedException {
    HostPort address = HostPort.parse(source.address());
    while (copy.length() < order.length()) {
      // Between whole blocks: a copy ends within one only at its end.
      int from = copy.length();
      int bytes = Math.min(Read.MAX_READ_BYTES, order.length() - from);
      int blocks = (bytes + Crc32c.BLOCK_BYTES - 1) / Crc32c.BLOCK_BYTES;
      pace.take(bytes);
      Response response;
      try {
        response = read(address, new Read(order.chunk(), from, blocks * Crc32c.BLOCK_BYTES));
      } catch (FsException e) {
        return e;
      }
      try {
        FsException wrong = check(response, from, bytes, order);
        if (wrong != null) {
          return wrong;
        }
        ByteBuf payload = response.payload();
        ByteBuf part = payload.slice(payload.readerIndex(), bytes);
        copy.append(part, sums((ChunkData) response.message(), part, from));
      } finally {
        response.payload().release();
      }
    }
    return null;
  }

  private static @Nullable FsException check(
      Response response, int from, int bytes, CopyOrder order) {
    ByteBuf payload = response.payload();
    if (!(response.message() instanceof ChunkData data)
        || data.length() != payload.readableBytes()
        || data.crcs().length != Crc32c.runs(data.length(), 0)) {
      return new FsException(Errno.EPROTO, "an answer that does not fit the question");
    }
    if (data.length() < bytes) {
      return new FsException(
          Errno.ENODATA, "it has " + (from + data.length()) + " bytes, not " + order.length());
    }
    int wrong = Crc32c.verifyBlocks(payload, payload.readerIndex(), data.length(), 0, data.crcs());
    return wrong < 0
        ? null
        : new FsException(
            Errno.EBADMSG,
            "block " + (from / Crc32c.BLOCK_BYTES + wrong) + " does not match its checksum");
  }

  /** The sums of verified bytes; only the last block of a copy may be shorter than the source's. */
  private static int[] sums(ChunkData data, ByteBuf part, int from) {
    int bytes = part.readableBytes();
    return bytes == data.length() ? data.crcs() : Crc32c.ofBlocks(part, 0, bytes, from);
  }

  private Response read(HostPort address, Read request) throws InterruptedException {
    PeerLink link =
        links.compute(
            address,
            (a, old) -> {
              PeerLink used = old == null ? new PeerLink(client, a, hello) : old;
              used.touch();
              return used;
            });
    try {
      // The network has its own deadline; this one is for what it forgets.
      return link.call(request, null, READ_TIMEOUT_MS)
          .get(2L * READ_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw FsException.of(e);
    }
  }

  /** Closes links that have not been used for a while. */
  public void closeIdle() {
    for (HostPort key : links.keySet()) {
      links.computeIfPresent(key, (k, link) -> link.closeIfIdle(IDLE_MS) ? null : link);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    links.values().forEach(PeerLink::close);
  }
}
