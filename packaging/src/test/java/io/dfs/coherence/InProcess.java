package io.dfs.coherence;

import io.dfs.client.ClientConfig;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ServerInfo;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.DataserverConfig;
import io.dfs.nameserver.server.Nameserver;
import io.dfs.nameserver.server.NameserverConfig;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A nameserver and clients in this process, and a dataserver if it is wanted. Confined to the
 * test's thread.
 */
final class InProcess implements AutoCloseable {
  private final HostPort address = new HostPort("127.0.0.1", Cluster.freePort());
  private final NameserverConfig config;
  private final List<DfsVfs> clients = new ArrayList<>();

  /** On a busy machine the usual five seconds may pass before the first answer. */
  private static final String PATIENT = "connect-timeout=60s";

  private Nameserver nameserver;
  private @Nullable Dataserver dataserver;

  InProcess(Path directory, String... settings) {
    List<String> all = new ArrayList<>(List.of("dir=" + directory, "listen=" + address));
    all.addAll(List.of(settings));
    config = ConfigFile.empty().read(NameserverConfig.class, all);
    start();
  }

  /** Adds the dataserver; the nameserver's setting {@code replicas} has to be 1. */
  void addDataserver(Path disk) {
    dataserver =
        Dataserver.start(
            ConfigFile.empty()
                .read(
                    DataserverConfig.class,
                    List.of(
                        "directories=" + disk,
                        "listen=127.0.0.1:" + Cluster.freePort(),
                        "nameservers=" + address,
                        "reserve=0")));
    try (DfsVfs client = DfsVfs.open(ClientConfig.of(address), "test")) {
      Await.until(
          "the dataserver online",
          () ->
              get(client.status()).servers().stream()
                  .anyMatch(server -> server.state() == ServerInfo.State.ONLINE));
    }
  }

  HostPort address() {
    return address;
  }

  void start() {
    nameserver = Nameserver.start(config, "test");
  }

  void stop() {
    nameserver.close();
  }

  DfsVfs client(String... settings) {
    return client(address, settings);
  }

  /**
   * @param at where it is to look for the nameserver
   */
  DfsVfs client(HostPort at, String... settings) {
    List<String> all = new ArrayList<>(List.of("nameservers=" + at, PATIENT));
    all.addAll(List.of(settings));
    DfsVfs client = DfsVfs.open(ClientConfig.with(all.toArray(String[]::new)), "test");
    clients.add(client);
    return client;
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw FsException.of(e);
    }
  }

  @Override
  public void close() {
    clients.forEach(DfsVfs::close);
    if (dataserver != null) {
      dataserver.close();
    }
    nameserver.close();
  }
}
