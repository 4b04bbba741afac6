package io.dfs.system.kit;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A nameserver, dataservers and mounts as separate processes below one directory. {@link #close}
 * unmounts and ends all of them and removes the directory. Confined to the test's thread.
 */
public final class Cluster implements AutoCloseable {
  /** Where the build puts the distribution. */
  public static final Path DISTRIBUTION =
      Path.of(System.getProperty("dfs.distribution", "target/dfs")).toAbsolutePath();

  public static final String DFS = DISTRIBUTION.resolve("bin/dfs").toString();

  private final Path directory;
  private final HostPort address;
  private final Daemon nameserver;
  private final List<Daemon> dataservers = new ArrayList<>();
  private final List<Mount> mounts = new ArrayList<>();
  private final NetThreads threads = new NetThreads("test", 1);

  /** What a cluster shall be like; the settings are {@code --set} options. */
  public record Plan(
      int dataservers, List<String> nameserverSettings, List<String> dataserverSettings) {
    public static final Plan USUAL = new Plan(3, List.of(), List.of("reserve=0"));
  }

  public static Cluster start() {
    return start(Plan.USUAL);
  }

  public static Cluster start(Plan plan) {
    return start(plan, List.of());
  }

  /**
   * @param launcher what stands before the nameserver's command, such as {@code env NAME=VALUE}
   */
  public static Cluster start(Plan plan, List<String> launcher) {
    return new Cluster(plan, launcher);
  }

  private Cluster(Plan plan, List<String> launcher) {
    try {
      directory = Files.createTempDirectory(Path.of("/var/tmp"), "dfs-system-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    address = new HostPort("127.0.0.1", freePort());
    List<String> command = new ArrayList<>(launcher);
    command.addAll(
        List.of(DFS, "nameserver", "--dir", directory + "/ns", "--listen", address.toString()));
    plan.nameserverSettings.forEach(s -> Collections.addAll(command, "--set", s));
    nameserver = new Daemon(command, directory.resolve("ns.log"));
    for (int i = 1; i <= plan.dataservers; i++) {
      addDataserver(directory.resolve("ds" + i), plan.dataserverSettings);
    }
    awaitOnline(plan.dataservers);
  }

  /** One more dataserver on a directory of the test's choice. */
  public Daemon addDataserver(Path disk, List<String> settings) {
    return addDataserver(disk, freePort(), settings);
  }

  public Daemon addDataserver(Path disk, int port, List<String> settings) {
    int number = dataservers.size() + 1;
    List<String> command =
        new ArrayList<>(
            List.of(
                DFS,
                "dataserver",
                "--dir",
                disk.toString(),
                "--listen",
                "127.0.0.1:" + port,
                "--nameserver",
                address.toString(),
                "--set",
                "host=host" + number));
    settings.forEach(s -> Collections.addAll(command, "--set", s));
    Daemon daemon = new Daemon(command, directory.resolve("ds" + number + ".log"));
    dataservers.add(daemon);
    return daemon;
  }

  /**
   * Waits until so many dataservers serve. One that was killed a moment ago is online for the
   * nameserver until it misses it, so what runs must also have registered since its start.
   */
  public void awaitOnline(int count) {
    Await.until(
        count + " dataservers online",
        () ->
            dataservers.stream().allMatch(d -> !d.isAlive() || d.hasSaid("registered as"))
                && status().servers().stream()
                        .filter(s -> s.state() == ServerInfo.State.ONLINE)
                        .count()
                    == count);
  }

  public Reply.ClusterStatus status() {
    return ask(new Query.GetStatus(), Reply.ClusterStatus.class);
  }

  /** Asks the nameserver something over a connection of its own. */
  public <R extends Reply> R ask(Message request, Class<R> type) {
    try (Connection connection = connect(address)) {
      return connection.call(request, null, 20_000).get().as(type);
    } catch (Exception e) {
      throw new IllegalStateException(
          "asking " + address + ": " + e.getMessage() + "\n" + nameserver.logText(), e);
    }
  }

  /** A raw connection, for tests that speak the protocol themselves. */
  public Connection connect(HostPort to) throws Exception {
    Hello hello = new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]);
    return new NetClient(threads, NetLimits.DEFAULT).connect(to, hello, 10_000).get();
  }

  /** Mounts the cluster's root at a new mount point and waits until it answers. */
  /** A mount by an engine of the test's choice. */
  public Mount mountBy(String engine) {
    Path at = directory.resolve("mnt" + (mounts.size() + 1));
    Path log = directory.resolve(at.getFileName() + ".log");
    Mount mount = new Mount(address, at, log, engine, List.of());
    mounts.add(mount);
    return mount;
  }

  public Mount mount(String... options) {
    Path at = directory.resolve("mnt" + (mounts.size() + 1));
    Mount mount =
        new Mount(address, at, directory.resolve(at.getFileName() + ".log"), List.of(options));
    mounts.add(mount);
    return mount;
  }

  /** Runs {@code dfs} with arguments against this cluster. */
  public Shell.Result dfs(String... arguments) {
    List<String> command = new ArrayList<>(List.of(DFS));
    Collections.addAll(command, arguments);
    return Shell.attempt(
        directory, Map.of("DFS_NAMESERVER", address.toString()), command.toArray(String[]::new));
  }

  public Path directory() {
    return directory;
  }

  public HostPort address() {
    return address;
  }

  public Daemon nameserver() {
    return nameserver;
  }

  public List<Daemon> dataservers() {
    return dataservers;
  }

  public static int freePort() {
    return Ports.free();
  }

  @Override
  public void close() {
    mounts.forEach(Mount::close);
    for (Daemon d : dataservers) {
      d.kill();
    }
    nameserver.kill();
    threads.close();
    Shell.run(Path.of("/"), "rm -rf --one-file-system '" + directory + "'");
  }
}
