package io.dfs.dataserver.replicate;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.Response;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The links to the servers that come next in chains. Shared.
 *
 * <p>Links are apart by how many members follow the receiver. A server stops reading a connection
 * when too much of it is unanswered, and what has members to follow is unanswered until they have
 * answered. If one connection carried both, servers that are each other's next could all stop
 * reading and wait in a circle; as it is, each kind waits only for one with fewer members to
 * follow, and the last waits for nobody.
 *
 * <p>Each network thread has links of its own, so that what it receives and hands on, and the
 * answer, change no thread. Its chunks are spread over {@code width} links of each kind; one chunk
 * always takes the same, which keeps its appends in order, as they come on one connection.
 */
public final class Forwarder implements AutoCloseable {
  private static final int IDLE_MS = 60_000;

  /**
   * @param thread the network thread that uses the link and, having made it, serves it; null when
   *     the callers are none
   */
  private record Key(HostPort address, int followers, @Nullable Thread thread, int lane) {}

  private final NetClient client;
  private final Supplier<Hello> hello;
  private final int width;
  private final int deadlineMs;
  private final Map<Key, PeerLink> links = new ConcurrentHashMap<>();

  /**
   * @param deadlineMs for a member to answer, with all that follow it
   */
  public Forwarder(NetClient client, Supplier<Hello> hello, int width, int deadlineMs) {
    this.client = client;
    this.hello = hello;
    this.width = width;
    this.deadlineMs = deadlineMs;
  }

  /**
   * Sends a request to the first of {@code chain}, which is told of the rest.
   *
   * @param payload taken over
   * @return fails with the errno of the member that failed and a message that names it
   */
  public CompletableFuture<Void> send(
      ChunkId chunk, List<HostPort> chain, ChunkRequest request, @Nullable ByteBuf payload) {
    int lane = Math.floorMod(Long.hashCode(chunk.value()), width);
    Key key = new Key(chain.get(0), chain.size() - 1, Thread.currentThread(), lane);
    PeerLink link = link(key);
    CompletableFuture<Void> done = new CompletableFuture<>();
    link.call(request, payload, deadlineMs)
        .whenComplete(
            (response, failure) -> {
              if (failure == null) {
                response.payload().release();
                done.complete(null);
              } else {
                done.completeExceptionally(link.failure(failure));
              }
            });
    return done;
  }

  /**
   * Asks one server for something, with nobody to follow it.
   *
   * @param payload taken over
   * @return the answer, whose payload the receiver releases
   */
  public CompletableFuture<Response> ask(
      HostPort address, ChunkRequest request, @Nullable ByteBuf payload, int withinMs) {
    return link(new Key(address, 0, null, 0)).call(request, payload, withinMs);
  }

  private PeerLink link(Key key) {
    return links.compute(
        key,
        (k, old) -> {
          PeerLink used = old == null ? new PeerLink(client, k.address, hello) : old;
          used.touch();
          return used;
        });
  }

  /** Closes links that have not been used for a while. */
  public void closeIdle() {
    for (Key key : links.keySet()) {
      links.computeIfPresent(key, (k, link) -> link.closeIfIdle(IDLE_MS) ? null : link);
    }
  }

  @Override
  public void close() {
    links.values().forEach(PeerLink::close);
  }
}
