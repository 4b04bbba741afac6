package io.dfs.client.cli.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdviceTest {
  private static String title(String error) {
    List<Advice> advice = Advice.on(error);
    return advice.isEmpty() ? "" : advice.get(0).title();
  }

  @Test
  void everyErrorHasCausesAndRemedies() {
    for (Errno errno : Errno.values()) {
      Advice advice = Advice.on(errno.name()).get(0);
      assertTrue(advice.title().contains(errno.name()), errno.name());
      assertFalse(advice.causes().isEmpty() || advice.remedies().isEmpty(), errno.name());
    }
  }

  @Test
  void errorsAreFoundByNameNumberAndWords() {
    assertTrue(title("eio").startsWith("EIO"));
    assertTrue(title("-28").startsWith("ENOSPC"));
    assertTrue(title("cp: cannot create 'x': No space left on device").startsWith("ENOSPC"));
    assertTrue(title("Read-only filesystem").startsWith("EROFS"));
    assertTrue(
        title("ls: cannot access '/mnt': Transport endpoint is not connected").contains("gone"));
    assertTrue(title("cannot reach the cluster at ns:9700").contains("nameserver"));
    assertEquals("", title("the coffee is cold"));
  }
}
