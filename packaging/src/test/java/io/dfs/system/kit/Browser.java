package io.dfs.system.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A page as a browser (Chromium, without a window) has it after its scripts ran for a while. */
public final class Browser {
  /** Of the page's own clock, which stands still while it waits for an answer. */
  private static final int RUN_MS = 7000;

  private Browser() {}

  /** The page's elements, as HTML. */
  public static String dom(String url) throws IOException {
    Path profile = Files.createTempDirectory("dfs-test-browser");
    try {
      Shell.Result result =
          Shell.attempt(
              profile,
              Map.of("HOME", profile.toString()),
              "chromium",
              "--headless",
              "--no-sandbox",
              "--disable-gpu",
              "--disable-dev-shm-usage",
              "--user-data-dir=" + profile,
              "--virtual-time-budget=" + RUN_MS,
              "--dump-dom",
              url);
      assertEquals(0, result.exit(), result::all);
      return result.out();
    } finally {
      Shell.run(Path.of("/"), "rm -rf --one-file-system '" + profile + "'");
    }
  }
}
