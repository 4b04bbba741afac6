package io.dfs.coherence;

import io.dfs.client.ClientConfig;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.FsException;
import io.dfs.nameserver.server.Nameserver;
import io.dfs.nameserver.server.NameserverConfig;
import io.dfs.system.kit.Cluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A nameserver and clients in this process, without dataservers. Confined to the test's thread. */
final class InProcess implements AutoCloseable {
  private final HostPort address = new HostPort("127.0.0.1", Cluster.freePort());
  private final NameserverConfig config;
  private final List<DfsVfs> clients = new ArrayList<>();
  private Nameserver nameserver;

  InProcess(Path directory, String... settings) {
    List<String> all = new ArrayList<>(List.of("dir=" + directory, "listen=" + address));
    all.addAll(List.of(settings));
    config = ConfigFile.empty().read(NameserverConfig.class, all);
    start();
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
    List<String> all = new ArrayList<>(List.of("nameservers=" + address));
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
    nameserver.close();
  }
}
