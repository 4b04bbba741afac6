package io.dfs.dataserver.server;

import com.google.errorprone.annotations.Var;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.http.HttpAnswer;
import io.dfs.common.http.HttpServer;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.dfs.common.metrics.CallMetrics;
import io.dfs.common.metrics.Metrics;
import io.dfs.common.metrics.MetricsPages;
import io.dfs.common.metrics.StatsHandler;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetServer;
import io.dfs.common.net.NetThreads;
import io.dfs.dataserver.pace.ClientTraffic;
import io.dfs.dataserver.replicate.Copier;
import io.dfs.dataserver.replicate.Forwarder;
import io.dfs.dataserver.report.Reporter;
import io.dfs.dataserver.rewrite.Rewriter;
import io.dfs.dataserver.scrub.Scrub;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.Disks;
import io.dfs.dataserver.store.Identity;
import io.dfs.dataserver.transfer.ChunkHandler;
import io.dfs.dataserver.transfer.TrafficMeter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running dataserver. Shared. */
public final class Dataserver implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Dataserver.class);
  private static final int TEND_EVERY_S = 2;
  private static final int BACKGROUND_MS = 60_000;

  /** What to close, last first. Filled by {@link #start} alone. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private final DataserverConfig config;
  private volatile HostPort address;

  private Dataserver(DataserverConfig config) {
    this.config = config;
    this.address = advertised(config, config.listen());
  }

  /**
   * Opens the disks, listens, and registers in the background.
   *
   * @throws FsException with a line for the operator when a directory or the port cannot be used
   */
  public static Dataserver start(DataserverConfig config) {
    Dataserver server = new Dataserver(config);
    @Var boolean started = false;
    try {
      server.startParts();
      started = true;
      return server;
    } finally {
      if (!started) {
        server.close();
      }
    }
  }

  private void startParts() {
    Disks disks = Disks.open(config.directories(), config.reserve(), config.diskThreads());
    parts.push(disks);
    ChunkStore store = new ChunkStore(disks, config.openChunks());
    parts.pop();
    parts.push(store);
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = config.networkThreads() > 0 ? config.networkThreads() : Math.min(8, processors);
    NetThreads network = new NetThreads("net", threads);
    parts.push(network);
    NetLimits limits =
        new NetLimits(
            NetLimits.DEFAULT.maxControlBytes(),
            NetLimits.DEFAULT.maxPayloadBytes(),
            (int) config.connectionWindow(),
            NetLimits.DEFAULT.maxInFlightCalls());
    NetClient client = new NetClient(network, limits);
    Forwarder forwarder =
        new Forwarder(
            client,
            () -> hello(disks.identity()),
            config.chainConnections(),
            (int) config.chainTimeout().toMillis());
    parts.push(forwarder);
    Metrics metrics = config.http().isPresent() ? new Metrics("dfs_dataserver") : null;
    CallMetrics calls = metrics == null ? CallMetrics.unpublished() : metrics.calls();
    ClientTraffic clients = new ClientTraffic(System.nanoTime());
    Copier copier = new Copier(store, client, () -> hello(disks.identity()), clients);
    parts.push(copier);
    Reporter reporter =
        new Reporter(
            store,
            disks,
            new Reporter.Self(
                this::address,
                config.host().orElseGet(Dataserver::machine),
                config.rack(),
                version(),
                () -> store.capacity().withTraffic(calls.receivedBytes(), calls.sentBytes())),
            client,
            config.nameservers(),
            () -> hello(disks.identity()),
            config.inventoryInterval(),
            copier);
    parts.push(reporter);
    Scrub scrub =
        new Scrub(store, reporter.nameserver(), () -> disks.identity().node(), config.scrubbing());
    parts.push(scrub);
    ChunkHandler handler =
        new ChunkHandler(
            store, forwarder, scrub, this::address, () -> !disks.identity().clusterId().isEmpty());
    NetServer listener =
        NetServer.start(
            network,
            config.listen(),
            limits,
            config.payloadMemory(),
            hello -> greet(hello, disks.identity()),
            new StatsHandler(new TrafficMeter(handler, clients), calls, version()));
    parts.push(listener);
    address = advertised(config, listener.address());
    reporter.start();
    scrub.start();
    // Links of its own: nothing that clients wait for waits behind it.
    Forwarder background = new Forwarder(client, () -> hello(disks.identity()), 1, BACKGROUND_MS);
    parts.push(background);
    Rewriter rewriter =
        new Rewriter(reporter.nameserver(), () -> disks.identity().node(), background);
    parts.push(rewriter);
    rewriter.start();
    if (metrics != null) {
      parts.push(web(config.http().orElseThrow(), metrics, store, disks));
    }
    ScheduledExecutorService tending =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "tend");
              thread.setDaemon(true);
              return thread;
            });
    parts.push(tending::shutdownNow);
    var unused =
        tending.scheduleWithFixedDelay(
            () -> {
              store.tend();
              forwarder.closeIdle();
              background.closeIdle();
              copier.closeIdle();
            },
            TEND_EVERY_S,
            TEND_EVERY_S,
            TimeUnit.SECONDS);
  }

  private static HttpServer web(HostPort address, Metrics metrics, ChunkStore store, Disks disks) {
    metrics.gauge("capacity_bytes", "Size of all disks", store, s -> s.capacity().capacityBytes());
    metrics.gauge("used_bytes", "Bytes in chunks", store, s -> s.capacity().usedBytes());
    metrics.gauge("free_bytes", "What may still be written", store, s -> s.capacity().freeBytes());
    metrics.gauge("chunks", "Chunks on all disks", store, s -> s.capacity().chunks());
    metrics.gauge(
        "failed_disks", "Disks that are out of use", store, s -> s.capacity().failedDisks());
    HttpServer server =
        HttpServer.start(
            address,
            new MetricsPages(
                metrics,
                () ->
                    disks.identity().clusterId().isEmpty()
                        ? Optional.of("not registered with a nameserver yet")
                        : Optional.empty(),
                question -> HttpAnswer.notFound(question.path())));
    log.info("metrics at http://{}/metrics", server.address());
    return server;
  }

  private static Hello hello(Identity own) {
    return new Hello(Hello.PROTOCOL, own.clusterId(), "dataserver", own.node(), new byte[0]);
  }

  private static Reply.Welcome greet(Hello hello, Identity own) {
    boolean bothKnow = !hello.clusterId().isEmpty() && !own.clusterId().isEmpty();
    if (bothKnow && !hello.clusterId().equals(own.clusterId())) {
      throw new FsException(
          Errno.EPROTO,
          String.format(
              "this dataserver is of cluster %s, the caller of %s",
              own.clusterId(), hello.clusterId()));
    }
    return new Reply.Welcome(Hello.PROTOCOL, own.clusterId(), version());
  }

  private static HostPort advertised(DataserverConfig config, HostPort bound) {
    if (config.advertise().isPresent()) {
      HostPort told = config.advertise().get();
      return new HostPort(told.host(), told.port() == 0 ? bound.port() : told.port());
    }
    String host = config.listen().host();
    boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
    return new HostPort(everywhere ? machine() : host, bound.port());
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static String version() {
    String version = Dataserver.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** As others call this server. */
  public HostPort address() {
    return address;
  }

  /** Stops taking requests, finishes what is being written, and lets the disks go. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        log.warn("closing: {}", e.toString());
      }
    }
  }
}
