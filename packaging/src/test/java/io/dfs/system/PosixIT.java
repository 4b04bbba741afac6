package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The POSIX suite of {@code src/test/posix}, by real system calls: each case on the local
 * filesystem, which proves the case itself right, and on two mounts with each engine. A case that
 * an engine is said to be unable to pass must fail on it, and docs/SEMANTICS.md must name it.
 */
class PosixIT {
  private static final Path SUITE = Path.of("src/test/posix/suite.py").toAbsolutePath();
  private static final Path SEMANTICS = Path.of("../docs/SEMANTICS.md");
  private static final List<String> ENGINES = List.of("jnr", "linux");
  private static final String MOUNTS = "mounts";
  private static final String LOCAL = "local";

  /** Of ext4 with blocks of 4 KiB. */
  private static final long LARGEST_LOCAL = (16L << 40) - 4096;

  /**
   * @param unableOn where it must fail: on an engine, on all mounts, or on the local filesystem
   */
  private record Case(String name, List<String> unableOn) {}

  private static Cluster cluster;

  /** One whose directory ordinary users may pass, whom many cases need. */
  private static synchronized Cluster cluster() {
    if (cluster == null) {
      cluster = Cluster.start();
      Shell.run(cluster.directory(), "chmod 711 .");
    }
    return cluster;
  }

  @AfterAll
  static synchronized void end() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String line : Shell.run(SUITE.getParent(), "python3 suite.py -").lines().toList()) {
      List<String> parts = List.of(line.split("\t"));
      cases.add(new Case(parts.get(0), parts.subList(1, parts.size())));
    }
    return cases;
  }

  @TestFactory
  Stream<DynamicTest> onTheLocalFilesystem() throws Exception {
    Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "dfs-posix");
    try {
      Shell.run(directory, "chmod 755 .");
      return tests(LOCAL, results(directory, directory, LARGEST_LOCAL));
    } finally {
      Shell.run(Path.of("/"), "rm -rf '" + directory + "'");
    }
  }

  @TestFactory
  Stream<DynamicContainer> onMounts() throws Exception {
    List<DynamicContainer> engines = new ArrayList<>();
    for (String engine : ENGINES) {
      try (Mount first = cluster().mountBy(engine);
          Mount second = cluster().mountBy(engine)) {
        Path here = Files.createDirectory(first.path("posix-" + engine));
        Path there = second.path("posix-" + engine);
        engines.add(
            DynamicContainer.dynamicContainer(
                engine, tests(engine, results(here, there, Long.MAX_VALUE))));
      }
    }
    return engines.stream();
  }

  /** What was wrong with each case; empty for nothing. */
  private static Map<String, String> results(Path here, Path there, long largest) {
    String report =
        Shell.run(
            SUITE.getParent(), "python3 -B suite.py '" + here + "' '" + there + "' " + largest);
    Map<String, String> results = new LinkedHashMap<>();
    String name = "";
    for (String line : report.lines().toList()) {
      if (line.startsWith(" ")) {
        results.merge(name, line + "\n", String::concat);
      } else {
        name = line.substring(line.indexOf(' ') + 1);
        results.put(name, line.startsWith("ok ") ? "" : "failed\n");
      }
    }
    return results;
  }

  private static Stream<DynamicTest> tests(String where, Map<String, String> results) {
    return cases().stream()
        .map(c -> DynamicTest.dynamicTest(c.name, () -> check(c, where, results.get(c.name))));
  }

  private static void check(Case c, String where, String problem) {
    assertNotNull(problem, "the case has not run");
    boolean local = where.equals(LOCAL);
    if (!c.unableOn.contains(where) && (local || !c.unableOn.contains(MOUNTS))) {
      assertEquals("", problem);
    } else if (!local) {
      assertTrue(!problem.isEmpty(), "it passes, so " + where + " is not unable any more");
    }
  }

  @Test
  void whatAnEngineIsUnableToDoIsInTheDocuments() throws Exception {
    String text = Files.readString(SEMANTICS);
    TreeSet<String> missing = new TreeSet<>();
    for (Case c : cases()) {
      boolean unable = c.unableOn.stream().anyMatch(where -> !where.equals(LOCAL));
      if (unable && !text.contains("`" + c.name + "`")) {
        missing.add(c.name);
      }
    }
    assertEquals(new TreeSet<String>(), missing);
  }
}
