package io.dfs.system.chaos;

import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Mounts, each with a {@link Workload}. Confined to the test's thread. */
public final class Workloads implements AutoCloseable {
  /** How long a mount tries, on a machine that has much else to do; then something hangs. */
  private static final int MAX_WAIT_S = 600;

  private final List<Mount> mounts = new ArrayList<>();
  private final List<Workload> workloads = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  public Workloads(Cluster cluster, int count, long seed) {
    for (int i = 0; i < count; i++) {
      Mount mount = cluster.mount("deadline=" + MAX_WAIT_S + "s");
      mounts.add(mount);
      Workload workload = new Workload(mount.path("w" + i), seed + i);
      workloads.add(workload);
      threads.add(new Thread(workload, "workload " + i));
    }
    threads.forEach(Thread::start);
  }

  public @Nullable Throwable failure() {
    return workloads.stream()
        .map(Workload::failure)
        .filter(java.util.Objects::nonNull)
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

  public int operations() {
    return workloads.stream().mapToInt(Workload::operations).sum();
  }

  /** Ends the programs; a mount that hangs is a failure. */
  public void stop() throws InterruptedException {
    workloads.forEach(Workload::stop);
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(2 * MAX_WAIT_S));
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " hangs");
      }
    }
  }

  /** Each mount anew, without what it has in memory, and the files of all. */
  public void verifyOnAllMounts() {
    for (Mount mount : mounts) {
      mount.unmount();
      mount.mountAgain();
      for (int i = 0; i < workloads.size(); i++) {
        workloads.get(i).verifyAll(mount.path("w" + i));
      }
    }
  }

  @Override
  public void close() {
    workloads.forEach(Workload::stop);
  }
}
