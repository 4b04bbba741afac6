package io.dfs.system.chaos;

import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Mounts, each with a {@link WorkloadProcess}. Confined to the test's thread. */
public final class Workloads implements AutoCloseable {
  /** How long a mount tries, on a machine that has much else to do; then something hangs. */
  private static final int MAX_WAIT_S = 600;

  private final List<Mount> mounts = new ArrayList<>();
  private final List<WorkloadProcess> workloads = new ArrayList<>();

  public Workloads(Cluster cluster, int count, long seed) {
    for (int i = 0; i < count; i++) {
      Mount mount = cluster.mount("deadline=" + MAX_WAIT_S + "s");
      mounts.add(mount);
      workloads.add(new WorkloadProcess(mount.path("w" + i), seed + i));
    }
  }

  /** The first thing that went wrong, or null. */
  public @Nullable String failure() {
    return workloads.stream()
        .map(WorkloadProcess::failure)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** What the mounts warn of, for the report of a failure. */
  public String warnings() {
    StringBuilder text = new StringBuilder();
    for (Mount mount : mounts) {
      text.append(mount.path()).append(":\n");
      mount
          .daemon()
          .logText()
          .lines()
          .filter(line -> line.contains("WARN") || line.contains("ERROR"))
          .map(line -> line.length() > 400 ? line.substring(0, 400) : line)
          .forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  /** Ends the programs; one that hangs is a failure. Returns how many operations they did. */
  public int stop() throws InterruptedException {
    int operations = 0;
    for (WorkloadProcess workload : workloads) {
      operations += workload.stop(2 * MAX_WAIT_S);
    }
    return operations;
  }

  /** Each mount anew, without what it has in memory, and the files of all. */
  public void verifyOnAllMounts() throws InterruptedException {
    for (Mount mount : mounts) {
      mount.unmount();
      mount.mountAgain();
      for (int i = 0; i < workloads.size(); i++) {
        workloads.get(i).verify(mount.path("w" + i), MAX_WAIT_S);
      }
    }
  }

  public void unmount() {
    mounts.forEach(Mount::unmount);
  }

  @Override
  public void close() {
    workloads.forEach(WorkloadProcess::close);
  }
}
