package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.system.kit.Shell;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command of the README. */
class QuickstartIT {
  private static final String QUICKSTART = Path.of("quickstart").toAbsolutePath().toString();

  @TempDir Path dir;

  private String quickstart(String verb, String cluster, String... options) {
    String command = QUICKSTART + " " + verb + " --dir '" + dir.resolve(cluster) + "' ";
    return Shell.run(dir, command + String.join(" ", options) + " 2>&1");
  }

  private JsonNode status(String cluster) throws Exception {
    return new ObjectMapper()
        .readTree(
            Shell.run(dir, QUICKSTART + " status --json --dir '" + dir.resolve(cluster) + "'"));
  }

  @Test
  void upDownRemountAndStatusDoWhatTheySayAlsoTwiceAndSideBySide() throws Exception {
    try {
      String printed = quickstart("up", "a", "--dataservers 2");
      Path mount = dir.resolve("a/mnt");
      assertTrue(printed.contains(mount.toString()), printed);
      Shell.run(mount, "echo hello > f");
      JsonNode before = status("a");
      assertEquals(4, before.size());
      for (JsonNode process : before) {
        assertTrue(process.get("pid").asLong() > 0, before::toPrettyString);
        assertEquals("running", process.get("state").asText(), before::toPrettyString);
      }
      quickstart("up", "a");
      assertEquals(pids(before), pids(status("a")), "up again starts nothing anew");

      quickstart("up", "b", "--dataservers 2", "--mount '" + dir.resolve("elsewhere") + "'");
      Shell.run(dir.resolve("elsewhere"), "[ -z \"$(ls -A)\" ] && echo other > g");

      quickstart("remount", "a");
      assertEquals("hello\n", Shell.run(mount, "cat f"));
      Set<Long> kept = pids(before);
      kept.retainAll(pids(status("a")));
      assertEquals(3, kept.size(), "only the mount was restarted");

      quickstart("down", "a");
      assertTrue(pids(status("a")).stream().noneMatch(pid -> pid > 0), () -> "still there");
      assertEquals(0, Shell.attempt(dir, Map.of(), "sh", "-c", "[ -z \"$(ls -A a/mnt)\" ]").exit());
      quickstart("up", "a");
      assertEquals("hello\n", Shell.run(mount, "cat f"), "the data is found again");
      assertEquals("other\n", Shell.run(dir.resolve("elsewhere"), "cat g"));
    } finally {
      quickstart("down", "a");
      quickstart("down", "b");
    }
  }

  private static Set<Long> pids(JsonNode status) {
    Set<Long> pids = new HashSet<>();
    status.forEach(p -> pids.add(p.get("pid").asLong()));
    return pids;
  }
}
