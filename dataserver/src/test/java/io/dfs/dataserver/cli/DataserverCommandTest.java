package io.dfs.dataserver.cli;

import static io.dfs.dataserver.server.TestServers.append;
import static io.dfs.dataserver.server.TestServers.await;
import static io.dfs.dataserver.server.TestServers.readAll;
import static io.dfs.dataserver.server.TestServers.reply;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.net.Connection;
import io.dfs.common.net.Response;
import io.dfs.dataserver.server.TestServers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in processes of its own. */
class DataserverCommandTest {
  private static final ChunkId CHUNK = ChunkId.of(new GroupId(2), 9);

  @TempDir Path root;
  private TestServers servers;
  private final List<Process> children = new ArrayList<>();

  @BeforeEach
  void start() {
    servers = new TestServers(root);
  }

  @AfterEach
  void stop() {
    children.forEach(Process::destroyForcibly);
    servers.close();
  }

  private Process run(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx96m"));
    if (Runtime.version().feature() >= 24) {
      // As bin/dfs does: newer Javas warn about what libraries of 17's time do.
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            DataserverCommand.class.getName(),
            "--set",
            "reserve=0"));
    command.addAll(List.of(args));
    Process child = new ProcessBuilder(command).start();
    children.add(child);
    return child;
  }

  private Process serve(String directory) throws IOException {
    return run(
        "--dir", root.resolve(directory).toString(),
        "--listen", "127.0.0.1:0",
        "--nameserver", servers.nameserver.address().toString());
  }

  private static HostPort address(Process child) throws IOException {
    String line = new BufferedReader(new InputStreamReader(child.getInputStream())).readLine();
    assertTrue(line.startsWith("dfs dataserver serving on 127.0.0.1:"), line);
    return HostPort.parse(line.substring(line.lastIndexOf(' ') + 1));
  }

  private void refused(String reason, String... args) throws Exception {
    Process child = run(args);
    assertTrue(child.waitFor(30, TimeUnit.SECONDS));
    String said = new String(child.getErrorStream().readAllBytes()).strip();
    assertEquals(2, child.exitValue(), said);
    String[] lines = said.split("\n", -1);
    assertEquals(1, lines.length, said);
    assertTrue(said.contains(reason), said);
  }

  @Test
  void sayWhatIsWrongInOneLineAndExitWith2() throws Exception {
    String free = root.resolve("free").toString();
    refused("nosuch", "--dir", free, "--listen", "127.0.0.1:0", "--set", "nosuch=1");
    refused("reserve", "--dir", free, "--listen", "127.0.0.1:0", "--set", "reserve=x");
    Path foreign = Files.createDirectories(root.resolve("foreign"));
    Files.writeString(foreign.resolve("file"), "x");
    refused("not empty", "--dir", foreign.toString(), "--listen", "127.0.0.1:0");
    refused("Not a directory", "--dir", foreign + "/file", "--listen", "127.0.0.1:0");
    refused("port", "--dir", free, "--listen", servers.nameserver.address().toString());
    servers.start("used");
    refused("in use", "--dir", root.resolve("used").toString(), "--listen", "127.0.0.1:0");
    Path config =
        Files.writeString(root.resolve("key.conf"), "[client]\nx = 1\n[dataserver]\nresreve = 0\n");
    refused(
        config + ":4: resreve = 0: unknown key in [dataserver]; did you mean reserve?",
        "--config",
        config.toString());
    Path section = Files.writeString(root.resolve("section.conf"), "[datasever]\n");
    refused(
        section + ":1: [datasever]: unknown section; did you mean [dataserver]?",
        "--config",
        section.toString());
    refused("no such file", "--config", root.resolve("none.conf").toString());
  }

  @Test
  void terminationEndsItCleanly() throws Exception {
    Process child = serve("a");
    address(child);
    child.destroy();
    assertTrue(child.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, child.exitValue());
  }

  @Test
  void whatWasAcknowledgedSurvivesBeingKilledAgainAndAgain() throws Exception {
    Random random = new Random(11);
    byte[] model = new byte[32 << 20];
    random.nextBytes(model);
    int acknowledged = 0;
    for (int round = 0; round < 5; round++) {
      Process child = serve("a");
      HostPort address = address(child);
      int before = servers.nameserver.registrations.size();
      await(() -> servers.nameserver.registrations.size() >= Math.max(1, before));
      try (Connection connection = servers.connect(address)) {
        if (round == 0) {
          awaitRegistered(connection, model);
          acknowledged = 1000;
        }
        byte[] found = readAll(connection, CHUNK);
        assertTrue(found.length >= acknowledged, found.length + " of " + acknowledged);
        assertArrayEquals(Arrays.copyOf(model, found.length), found);
        acknowledged = found.length;
        List<CompletableFuture<Response>> answers = new ArrayList<>();
        int offset = acknowledged;
        int killAfter = 5 + random.nextInt(20);
        for (int i = 0; i < 60; i++) {
          byte[] piece = Arrays.copyOfRange(model, offset, offset + 1 + random.nextInt(200_000));
          answers.add(append(connection, CHUNK, offset, piece, i % 9 == 0));
          offset += piece.length;
        }
        for (int i = 0; i < killAfter; i++) {
          acknowledged = ((io.dfs.common.message.Reply.Appended) reply(answers.get(i))).length();
        }
        child.destroyForcibly().waitFor();
        for (CompletableFuture<Response> answer : answers.subList(killAfter, 60)) {
          try {
            acknowledged =
                Math.max(
                    acknowledged, ((io.dfs.common.message.Reply.Appended) reply(answer)).length());
          } catch (io.dfs.common.error.FsException e) {
            break;
          }
        }
      }
    }
  }

  private static void awaitRegistered(Connection connection, byte[] model) throws Exception {
    await(
        () -> {
          try {
            reply(append(connection, CHUNK, 0, Arrays.copyOf(model, 1000), false));
            return true;
          } catch (io.dfs.common.error.FsException e) {
            assertEquals(io.dfs.common.error.Errno.EAGAIN, e.errno());
            return false;
          }
        });
  }
}
