package io.dfs.system.kit;

import java.nio.file.Path;

/**
 * One cluster with two mounts for all tests that do no harm to it; started by the first, ended with
 * the JVM.
 */
public final class SharedCluster {
  private static final Cluster CLUSTER = Cluster.start();
  private static final Mount FIRST;
  private static final Mount SECOND;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(CLUSTER::close));
    FIRST = CLUSTER.mount();
    SECOND = CLUSTER.mount();
  }

  private SharedCluster() {}

  public static Cluster cluster() {
    return CLUSTER;
  }

  public static Mount mount() {
    return FIRST;
  }

  /** Another machine's view of the same files, so to say. */
  public static Mount otherMount() {
    return SECOND;
  }

  /** A new, empty directory on the first mount. */
  public static Path newDirectory(String name) {
    Path directory = FIRST.path(name);
    Shell.run(Path.of("/"), "rm -rf '" + directory + "' && mkdir '" + directory + "'");
    return directory;
  }
}
