package io.dfs.fusemount.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.fusemount.engine.TestEngine;
import io.dfs.fusemount.mount.MountPoint;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MountDaemonTest {
  private final List<Process> processes = new ArrayList<>();
  private Path directory;
  private Path pidFile;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = Files.createTempDirectory("dfs-daemon");
    pidFile = Files.createTempDirectory("dfs-daemon-run").resolve("pid");
  }

  @AfterEach
  void cleanUp() throws Exception {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    new ProcessBuilder("umount", "-l", directory.toString()).start().waitFor();
    Files.deleteIfExists(directory);
  }

  private Process start(TestEngine engine) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DaemonForTest.class.getName(),
                engine.name(),
                directory.toString(),
                pidFile.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(process);
    return process;
  }

  private static String line(Process process) throws Exception {
    BufferedReader reader = process.inputReader();
    return reader.readLine();
  }

  private static void assertEnds(Process process, int code) throws Exception {
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the process has not ended");
    assertEquals(code, process.exitValue());
  }

  @ParameterizedTest
  @EnumSource
  void aSignalUnmountsReleasesEverythingAndExitsWithZero(TestEngine engine) throws Exception {
    Process daemon = start(engine);
    assertEquals("usable", line(daemon));
    assertEquals(daemon.pid() + "\n", Files.readString(pidFile));
    Process writer = new ProcessBuilder("sh", "-c", "echo x > " + directory.resolve("f")).start();
    assertEquals(0, writer.waitFor());
    daemon.toHandle().destroy();
    assertEquals("open handles: 0", line(daemon));
    assertEnds(daemon, 0);
    assertFalse(MountPoint.at(directory.toString()).isMounted());
    assertFalse(Files.exists(pidFile));
  }

  @ParameterizedTest
  @EnumSource
  void theFirstSignalSparesProgramsAndTheSecondDoesNot(TestEngine engine) throws Exception {
    Process daemon = start(engine);
    assertEquals("usable", line(daemon));
    Process user =
        new ProcessBuilder("sh", "-c", "cd " + directory + " && echo in && read x").start();
    processes.add(user);
    assertEquals("in", line(user));
    daemon.toHandle().destroy();
    assertFalse(daemon.waitFor(1, TimeUnit.SECONDS), "it ended though a program uses the mount");
    assertTrue(MountPoint.at(directory.toString()).isMounted());
    daemon.toHandle().destroy();
    assertEnds(daemon, 0);
  }

  @ParameterizedTest
  @EnumSource
  void theMountOfAKilledDaemonIsClearedAway(TestEngine engine) throws Exception {
    Process killed = start(engine);
    assertEquals("usable", line(killed));
    killed.destroyForcibly().waitFor();
    assertTrue(MountPoint.at(directory.toString()).isMounted());
    Process daemon = start(engine);
    assertEquals("usable", line(daemon));
    daemon.toHandle().destroy();
    assertEnds(daemon, 0);
  }

  @ParameterizedTest
  @EnumSource
  void aMountPointInUseIsBusyAndUmountWaitsForTheProcess(TestEngine engine) throws Exception {
    Process daemon = start(engine);
    assertEquals("usable", line(daemon));
    Process second = start(engine);
    assertEquals("EBUSY", line(second));
    assertEnds(second, 32);
    MountDaemon.unmount(MountPoint.at(directory.toString()), false, Duration.ofSeconds(20));
    assertFalse(daemon.isAlive());
  }
}
