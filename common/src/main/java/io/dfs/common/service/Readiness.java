package io.dfs.common.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd that a daemon serves (sd_notify), when systemd asks for it by {@code
 * NOTIFY_SOCKET}. Java has no datagram sockets in the file system, so {@code systemd-notify} sends
 * it; the unit has {@code NotifyAccess=all}.
 */
public final class Readiness {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final String SOCKET = "NOTIFY_SOCKET";

  /** The message is sent at once; the rest of the time is a machine that is very busy. */
  private static final int LIMIT_S = 20;

  private Readiness() {}

  /**
   * Says that requests are served from now on. Does nothing without systemd, and only logs when it
   * fails: then systemd's own limit decides.
   *
   * @param status a line for {@code systemctl status}
   */
  public static void announce(String status) {
    if (System.getenv(SOCKET) == null) {
      return;
    }
    try {
      Process process =
          new ProcessBuilder(
                  List.of(
                      "systemd-notify",
                      "--ready",
                      "--pid=" + ProcessHandle.current().pid(),
                      "--status=" + status))
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        LOG.warn("systemd-notify did not end within {} s", LIMIT_S);
      } else if (process.exitValue() != 0) {
        LOG.warn(
            "systemd-notify: {}",
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
      }
    } catch (IOException e) {
      LOG.warn("cannot tell systemd that this daemon is ready: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
