package io.dfs.nameserver.rpc;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.cluster.ClusterMap;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.session.Leases;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The state of the cluster for people, and its space for statfs. Shared. */
public final class StatusReport {
  /** Under it, people have reason to act. */
  private static final int LITTLE_SPACE_PERCENT = 5;

  private final Tables tables;
  private final Registry registry;
  private final Leases leases;
  private final String version;
  private final long startedNanos = System.nanoTime();

  public StatusReport(Tables tables, Registry registry, Leases leases, String version) {
    this.tables = tables;
    this.registry = registry;
    this.leases = leases;
    this.version = version;
  }

  /** Raw space of the servers that are not gone. */
  Reply.FsStats statFs() {
    long capacity = 0;
    long free = 0;
    for (ServerInfo server : registry.map().servers()) {
      if (server.state() != ServerInfo.State.OFFLINE) {
        capacity += server.capacityBytes();
        free += server.freeBytes();
      }
    }
    return new Reply.FsStats(
        capacity, free, tables.counter(Counter.INODES), tables.inode(InodeId.ROOT).settings());
  }

  public Reply.ClusterStatus status() {
    ClusterMap map = registry.map();
    return new Reply.ClusterStatus(
        tables.clusterId(),
        version,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos),
        tables.counter(Counter.INODES),
        tables.counter(Counter.CHUNKS),
        leases.size(),
        map.groups().size(),
        map.servers(),
        warnings(map));
  }

  private List<String> warnings(ClusterMap map) {
    List<String> warnings = new ArrayList<>();
    int replicas = tables.inode(InodeId.ROOT).settings().replicas();
    long online = 0;
    for (ServerInfo s : map.servers()) {
      if (s.state() == ServerInfo.State.ONLINE) {
        online++;
      } else {
        warnings.add(
            "dataserver " + s.id() + " at " + s.address() + " is " + s.state() + "; check it");
      }
      if (s.state() != ServerInfo.State.OFFLINE
          && s.freeBytes() < s.capacityBytes() / 100 * LITTLE_SPACE_PERCENT) {
        warnings.add(
            "dataserver " + s.id() + " at " + s.address() + " has little space left; add disks");
      }
    }
    if (online < replicas) {
      warnings.add(
          online
              + " dataservers are online, too few for "
              + replicas
              + " replicas; start or add dataservers");
    }
    if (!tables.newer().isEmpty()) {
      warnings.add(
          "the tree was restored from a backup and chunks written after it are kept; when nothing"
              + " is missed, dfs metadata discard-newer gives their space back");
    }
    int failed = registry.failedDisks();
    if (failed > 0) {
      warnings.add(failed + " disks of dataservers are out of use; replace them");
    }
    return warnings;
  }
}
