package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A new process takes a mount over from the one that serves it, while programs use it. */
class TakeoverIT {
  private static final int SIGKILL = 128 + 9;

  /** Of {@code peer.py}: after which message the new process dies. */
  private static final int OFFER = 0;

  private static final List<Integer> DEATHS = List.of(3, 5, 6);

  private static final Path SCRIPTS = Path.of("src/test/takeover").toAbsolutePath();

  private static Cluster cluster;
  private static Mount other;

  @BeforeAll
  static void start() {
    cluster = Cluster.start();
    other = cluster.mountBy("linux");
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static Process python(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.add(SCRIPTS.resolve(arguments[0]).toString());
    command.addAll(List.of(arguments).subList(1, arguments.length));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static String text(Path log) throws IOException {
    return Files.exists(log) ? Files.readString(log) : "";
  }

  /** Where the process of a mount can be asked for it. */
  private static Path socket(Mount mount) {
    String device = Shell.run(Path.of("/"), "findmnt -no MAJ:MIN -M '" + mount.path() + "'");
    return Path.of("/run/dfs", "mount-" + device.strip().replace(':', '-') + ".takeover");
  }

  private static long pid(Mount mount) throws IOException {
    String file = socket(mount).toString().replace(".takeover", ".pid");
    return Long.parseLong(Files.readString(Path.of(file)).strip());
  }

  private static Shell.Result peer(String... arguments) {
    List<String> command = new ArrayList<>(List.of("python3", SCRIPTS + "/peer.py"));
    command.addAll(List.of(arguments));
    return Shell.attempt(Path.of("/"), Map.of(), command.toArray(String[]::new));
  }

  /** Programs that use the mount all the time, until {@link #end}. */
  private static final class Load {
    private final Path log;
    private final Path end;
    private final Process process;

    Load(String name, Mount mount) throws Exception {
      Path home = Files.createDirectory(mount.path(name));
      log = cluster.directory().resolve(name + ".log");
      end = cluster.directory().resolve(name + ".end");
      process =
          python(log, "load.py", home.toString(), other.path(name).toString(), end.toString());
      Await.until(
          "programs run",
          () -> {
            assertTrue(process.isAlive(), text(log));
            return text(log).contains("begun");
          });
    }

    void end() throws Exception {
      Files.createFile(end);
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "programs hang");
      assertEquals(0, process.exitValue(), text(log));
      assertTrue(text(log).contains("all well"), text(log));
    }
  }

  @Test
  void programsGoOnWithTheirFilesAndLocksThroughTenTakeovers() throws Exception {
    Mount mount = cluster.mountBy("linux");
    String line = Shell.run(Path.of("/"), "grep ' " + mount.path() + " ' /proc/mounts");
    Load load = new Load("ten", mount);
    for (int i = 0; i < 10; i++) {
      long before = pid(mount);
      mount.takeOver();
      assertNotEquals(before, pid(mount));
    }
    load.end();
    assertEquals(line, Shell.run(Path.of("/"), "grep ' " + mount.path() + " ' /proc/mounts"));
    // One session through all of it, which ends with the mount.
    String sessions = cluster.dfs("sessions").out();
    assertEquals(1, sessions.lines().filter(l -> l.contains(mount.path() + " on ")).count());
    Path socket = socket(mount);
    mount.unmount();
    // On a busy machine its end may come too late to be told; then its lease ends it.
    Await.until(
        "the end of the session",
        () -> !cluster.dfs("sessions").out().contains(mount.path() + " on "));
    assertFalse(Files.exists(socket));
  }

  @Test
  void theOldProcessGoesOnWhenTheNewOneDiesAtAnyStep() throws Exception {
    Mount mount = cluster.mountBy("linux");
    String socket = socket(mount).toString();
    Load load = new Load("deaths", mount);
    long pid = mount.daemon().pid();
    String version = version(socket);
    for (int round = 0; round < 3; round++) {
      for (int step : DEATHS) {
        Shell.Result died = peer("heir", socket, version, Integer.toString(step));
        assertEquals(SIGKILL, died.exit(), died.all());
        assertEquals(pid, pid(mount));
      }
    }
    mount.takeOver();
    load.end();
    mount.unmount();
  }

  /** That of this build, as the refusal of another one tells it. */
  private static String version(String socket) {
    String refusal = peer("heir", socket, "1", "" + OFFER).out();
    return refusal.replaceAll("(?s).*hands over version (\\d+),.*", "$1");
  }

  @Test
  void anotherVersionIsRefusedAndTheMountGoesOn() throws Exception {
    Mount mount = cluster.mountBy("linux");
    Shell.Result refused = peer("heir", socket(mount).toString(), "1", "" + OFFER);
    assertTrue(
        refused.out().contains("this one takes version 1: unmount, and mount again"),
        refused.all());
    Files.writeString(mount.path("after-refusal"), "text");
    assertEquals("text", Files.readString(other.path("after-refusal")));
    mount.unmount();
  }

  @Test
  void theNewProcessGoesOnWhenTheOldOneIsKilledBeforeItHasAnswered() throws Exception {
    Mount mount = cluster.mountBy("linux");
    Load load = new Load("killed", mount);
    Path log = cluster.directory().resolve("between.log");
    Process between =
        python(log, "peer.py", "between", socket(mount).toString(), "" + mount.daemon().pid());
    Await.until("a process stands between", () -> text(log).contains("listens"));
    mount.takeOver();
    assertTrue(between.waitFor(10, TimeUnit.SECONDS));
    assertTrue(text(log).contains("killed"), text(log));
    load.end();
    mount.unmount();
  }

  @Test
  void aMountThatWasTakenOverEndsByASignal() throws Exception {
    Mount mount = cluster.mountBy("linux");
    mount.takeOver();
    assertTrue(cluster.dfs("doctor").all().contains("mount " + mount.path() + ": answers"));
    Files.writeString(mount.path("before-signal"), "text");
    assertEquals(0, mount.daemon().stop());
    assertFalse(mount.isMounted());
    assertEquals("text", Files.readString(other.path("before-signal")));
  }

  @Test
  void theNewProcessKeepsNothingInTheMountThatItsStarterHasOpen() {
    Mount mount = cluster.mountBy("linux");
    String takeOver = "'" + Cluster.DFS + "' mount --takeover '" + mount.path() + "'";
    Shell.run(mount.path(), "exec 7>>opened; " + takeOver);
    mount.daemon().await();
    Shell.run(Path.of("/"), "umount '" + mount.path() + "'");
    assertFalse(mount.isMounted());
  }

  @Test
  void whatCannotBeTakenOverIsSaid() throws Exception {
    Mount jnr = cluster.mountBy("jnr");
    assertSays("which cannot hand it over: unmount, and mount again", jnr.path());
    Files.writeString(jnr.path("still"), "text");
    jnr.unmount();
    assertSays("no dfs is mounted here", jnr.path());
  }

  private static void assertSays(String why, Path at) {
    Shell.Result result = cluster.dfs("mount", "-f", "--takeover", at.toString());
    assertEquals(32, result.exit(), result.all());
    assertTrue(result.err().contains(why), result.all());
  }
}
