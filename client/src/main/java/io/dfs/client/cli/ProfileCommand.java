package io.dfs.client.cli;

import io.dfs.client.cli.doctor.DfsMounts;
import io.dfs.client.profile.OperationTimes;
import io.dfs.client.profile.ProfileSocket;
import io.dfs.client.profile.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "profile",
    description = {
      "Show what programs ask of a mount of this machine, again and again until Ctrl-C: how often"
          + " each operation, how long it takes on average, for the fastest half (p50) and for all"
          + " but one in a hundred (p99), and how many end with an error, which may be what was"
          + " asked for.",
      "The mount counts while somebody looks. What the kernel answers out of its own caches does"
          + " not come to the mount and is not counted."
    })
final class ProfileCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MOUNT", description = "The mounted folder, or a path in it.")
  private Path mount;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "TIME",
      defaultValue = "1",
      description = "Time from one look to the next: 1, 500ms, 1m (default: 1 s).")
  private String interval = "1";

  @Option(
      names = {"-c", "--count"},
      paramLabel = "N",
      description = "End after so many looks (default: when interrupted).")
  private long count = Long.MAX_VALUE;

  @Option(names = "--json", description = "An object a line, for programs.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Duration every;
    try {
      every = Interval.parse(interval);
    } catch (IllegalArgumentException e) {
      throw wrongUsage("--interval " + interval + ": " + e.getMessage());
    }
    if (count < 1) {
      throw wrongUsage("--count takes a number from 1");
    }
    Path path = mount.toAbsolutePath().normalize();
    DfsMounts.Mount found =
        DfsMounts.find(path)
            .orElseThrow(
                () -> new IOException(mount + ": no dfs is mounted here; dfs mount does that"));
    try (ProfileSocket socket = ProfileSocket.open(found.path(), found.device())) {
      watch(socket, found.path(), every);
    }
    return 0;
  }

  private void watch(ProfileSocket socket, Path path, Duration every)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    boolean live = !json && Terminal.interactive();
    if (live) {
      out.print(Page.CLEAR);
    }
    Snapshot before = socket.next();
    long beganNanos = System.nanoTime();
    for (long i = 0; i < count; i++) {
      TimeUnit.MILLISECONDS.sleep(every.toMillis());
      Snapshot now = socket.next();
      long nowNanos = System.nanoTime();
      Snapshot done = now.since(before);
      double seconds = (nowNanos - beganNanos) / 1e9;
      if (json) {
        Json.printLine(out, object(path, done, seconds));
      } else {
        StringWriter text = new StringWriter();
        print(new PrintWriter(text), path, done, seconds);
        out.print(live ? Page.again(text.toString()) : text + "\n");
      }
      out.flush();
      before = now;
      beganNanos = nowNanos;
    }
  }

  private static void print(PrintWriter out, Path path, Snapshot done, double seconds) {
    long all = done.operations().stream().mapToLong(OperationTimes::count).sum();
    out.println(
        Show.name(path.toString()) + ": " + all + " operations in " + number(seconds) + " s");
    if (all > 0) {
      Table table = new Table("lrrrrrr");
      table.row("operation", "count", "a second", "mean us", "p50 us", "p99 us", "errors");
      for (OperationTimes o : done.operations()) {
        table.row(
            o.name(),
            o.count(),
            number(o.count() / seconds),
            number(o.meanMicros()),
            number(o.quantileMicros(0.5)),
            number(o.quantileMicros(0.99)),
            o.errors());
      }
      table.print(out);
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }

  private static Map<String, Object> object(Path path, Snapshot done, double seconds) {
    return Json.object(
        "time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
        "mount", path.toString(),
        "seconds", round(seconds),
        "operations",
            done.operations().stream()
                .map(
                    o ->
                        Json.object(
                            "name", o.name(),
                            "count", o.count(),
                            "perSecond", round(o.count() / seconds),
                            "meanMicros", round(o.meanMicros()),
                            "p50Micros", round(o.quantileMicros(0.5)),
                            "p99Micros", round(o.quantileMicros(0.99)),
                            "errors", o.errors()))
                .toList());
  }

  private static double round(double value) {
    return Math.round(value * 10) / 10.0;
  }

  private ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
