package io.dfs.client.fake;

import io.dfs.client.ClientConfig;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.common.message.DataSettings;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** A nameserver and some dataservers, all in memory but for the sockets between. */
public final class FakeCluster implements AutoCloseable {
  private final NetThreads threads = new NetThreads("fake", 1);
  public final FakeNameserver nameserver;
  public final List<FakeDataserver> dataservers = new ArrayList<>();

  /** Groups are all pairs of neighbours, so that every failure leaves others. */
  public FakeCluster(int servers, int chunkBytes, int pageExtents) {
    nameserver = new FakeNameserver(threads, new DataSettings(chunkBytes, 2), pageExtents);
    for (int i = 0; i < servers; i++) {
      FakeDataserver dataserver = new FakeDataserver(threads, "fake-cluster");
      dataservers.add(dataserver);
      nameserver.add(dataserver);
    }
    for (int i = 0; i < servers; i++) {
      nameserver.addGroup(1 + i, 1 + (i + 1) % servers);
    }
  }

  public DfsVfs connect(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("nameservers=" + nameserver.address);
    return DfsVfs.open(ClientConfig.with(all.toArray(String[]::new)), "test");
  }

  @Override
  public void close() {
    nameserver.close();
    dataservers.forEach(FakeDataserver::close);
    threads.close();
    awaitNoBuffers();
  }

  /** Every direct buffer of the data path must have been released, by clients and fakes. */
  private static void awaitNoBuffers() {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (activeBuffers() > 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(activeBuffers() + " buffers were never released");
      }
      Thread.onSpinWait();
    }
  }

  private static long activeBuffers() {
    return ((PooledByteBufAllocator) NetThreads.allocator())
        .metric().directArenas().stream().mapToLong(PoolArenaMetric::numActiveAllocations).sum();
  }
}
