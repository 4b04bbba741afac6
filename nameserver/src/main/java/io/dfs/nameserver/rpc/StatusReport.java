package io.dfs.nameserver.rpc;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Problem;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.cluster.ClusterMap;
import io.dfs.nameserver.cluster.Health;
import io.dfs.nameserver.cluster.Progress;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.cluster.Repairer;
import io.dfs.nameserver.cluster.Works;
import io.dfs.nameserver.session.Leases;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The state of the cluster for people, and its space for statfs. Shared. */
public final class StatusReport {
  private final Tables tables;
  private final Registry registry;
  private final Leases leases;
  private final Repairer repairer;
  private final Works works;
  private final String version;
  private final long startedNanos = System.nanoTime();

  public StatusReport(
      Tables tables,
      Registry registry,
      Leases leases,
      Repairer repairer,
      Works works,
      String version) {
    this.repairer = repairer;
    this.works = works;
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
      if (server.state() != ServerInfo.State.OFFLINE
          && server.state() != ServerInfo.State.REMOVED) {
        capacity += server.capacityBytes();
        free += server.freeBytes();
      }
    }
    return new Reply.FsStats(
        capacity, free, tables.counter(Counter.INODES), tables.inode(InodeId.ROOT).settings());
  }

  public Reply.ClusterStatus status() {
    return status(repairer.progress());
  }

  /** For who may not know the names of files. */
  public Reply.ClusterStatus withoutNames() {
    return status(repairer.progress().withoutNames());
  }

  private Reply.ClusterStatus status(Progress progress) {
    ClusterMap map = registry.map();
    List<Problem> problems =
        Health.problems(map.servers(), replicas(), progress, !tables.newer().isEmpty());
    return new Reply.ClusterStatus(
        tables.clusterId(),
        version,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos),
        tables.counter(Counter.INODES),
        tables.counter(Counter.CHUNKS),
        leases.size(),
        map.groups().size(),
        map.servers(),
        problems.stream().map(p -> p.what() + "; " + p.action()).toList(),
        problems,
        works.repair(progress),
        works.balance(progress));
  }

  private int replicas() {
    return tables.inode(InodeId.ROOT).settings().replicas();
  }
}
