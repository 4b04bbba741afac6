package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.Reply.ClusterStatus;
import io.dfs.common.message.WorkStatus;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows, pauses, resumes or limits a kind of copying between dataservers. */
abstract class WorkCommand extends ClusterCommand {
  enum Verb {
    status,
    pause,
    resume,
    limit
  }

  @Parameters(
      index = "0",
      paramLabel = "status|pause|resume|limit",
      defaultValue = "status",
      description = "What to do (default: status).")
  private Verb verb = Verb.status;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "RATE",
      description = "With limit: bytes a second for each receiving server; 0 for the configured.")
  private @Nullable String rate;

  @Option(names = "--json", description = "An object, for programs.")
  private boolean json;

  private long bytesPerSecond;

  abstract boolean isBalance();

  abstract WorkStatus of(ClusterStatus status);

  @Override
  void checkArguments() {
    if ((verb == Verb.limit) != (rate != null)) {
      throw wrongUsage("limit takes a rate such as 50MiB, the others take none");
    }
    if (rate != null) {
      try {
        bytesPerSecond = Quantity.parseBytes(rate);
      } catch (IllegalArgumentException e) {
        throw wrongUsage("limit " + rate + ": " + e.getMessage());
      }
    }
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    switch (verb) {
      case status -> {}
      case pause -> dfs.setWork(isBalance(), true, null);
      case resume -> dfs.setWork(isBalance(), false, null);
      case limit -> dfs.setWork(isBalance(), null, bytesPerSecond);
    }
    WorkStatus work = of(dfs.status());
    if (json) {
      Json.print(out, object(work));
      return;
    }
    Table table = new Table("ll");
    table.row("state", state(work));
    table.row("groups", work.groups() + " to change, " + work.running() + " of them now");
    table.row("left", Quantity.formatBytes(work.bytesLeft()));
    table.row("speed", Quantity.formatBytes(work.bytesPerSecond()) + "/s");
    table.row("time left", time(work));
    table.row(
        "limit", Quantity.formatBytes(work.limitBytesPerSecond()) + "/s for each receiving server");
    table.print(out);
  }

  /** With something to do and nothing under way, what is in the way is among the problems. */
  private static String state(WorkStatus work) {
    if (work.paused()) {
      return "paused";
    }
    return work.groups() == 0 ? "nothing to do" : work.running() > 0 ? "copying" : "waiting";
  }

  /** In a few words. */
  static String line(WorkStatus work) {
    if (work.groups() == 0) {
      return work.paused() ? "paused; nothing to do" : "nothing to do";
    }
    return work.groups()
        + " groups, "
        + Quantity.formatBytes(work.bytesLeft())
        + " left, "
        + (work.paused() || work.running() == 0
            ? state(work)
            : Quantity.formatBytes(work.bytesPerSecond()) + "/s, " + time(work));
  }

  private static String time(WorkStatus work) {
    return work.secondsLeft() < 0
        ? "not known yet"
        : Quantity.formatDuration(Duration.ofSeconds(work.secondsLeft()));
  }

  static Map<String, Object> object(WorkStatus work) {
    return Json.object(
        "groups", work.groups(),
        "running", work.running(),
        "bytesLeft", work.bytesLeft(),
        "bytesDone", work.bytesDone(),
        "bytesPerSecond", work.bytesPerSecond(),
        "secondsLeft", work.secondsLeft(),
        "limitBytesPerSecond", work.limitBytesPerSecond(),
        "paused", work.paused());
  }
}
