package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.message.Event;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "events", description = "Show what has happened in the cluster, oldest first.")
final class EventsCommand extends ClusterCommand {
  private static final int PAGE = 1000;
  private static final int LOOK_EVERY_S = 1;

  @Option(names = "--json", description = "An array of objects; with --follow an object a line.")
  private boolean json;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what happens from now on, until interrupted.")
  private boolean follow;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    if (json && !follow) {
      try (Json.Array array = new Json.Array(out)) {
        all(dfs, 0, event -> array.add(object(event)));
      }
      return;
    }
    long last = 0;
    do {
      last = all(dfs, last, event -> print(out, event));
      out.flush();
      if (follow) {
        TimeUnit.SECONDS.sleep(LOOK_EVERY_S);
      }
    } while (follow);
  }

  /** Passes on the events after one; returns the number of the last. */
  private static long all(Dfs dfs, long after, Step<Event> step) throws Exception {
    long last = after;
    while (true) {
      List<Event> page = dfs.events(last, PAGE);
      for (Event event : page) {
        step.run(event);
        last = event.sequence();
      }
      if (page.size() < PAGE) {
        return last;
      }
    }
  }

  private void print(PrintWriter out, Event event) throws Exception {
    if (json) {
      Json.printLine(out, object(event));
    } else {
      out.println(
          Show.time(event.time())
              + "  "
              + event.severity()
              + "  "
              + event.subject()
              + ": "
              + Show.name(event.text()));
    }
  }

  private static Map<String, Object> object(Event event) {
    return Json.object(
        "sequence", event.sequence(),
        "time", Show.instant(event.time()),
        "severity", event.severity(),
        "subject", event.subject(),
        "text", event.text());
  }
}
