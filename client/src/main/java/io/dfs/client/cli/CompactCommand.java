package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.Query.Compaction;
import io.dfs.common.message.Reply.CompactionStatus;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compact",
    description = {
      "Show, pause or resume compaction, or have it look for work now.",
      "It rewrites chunks that are mostly dead and files in many small extents."
    })
final class CompactCommand extends ClusterCommand {
  enum Action {
    status,
    pause,
    resume,
    now
  }

  @Parameters(paramLabel = "ACTION", arity = "0..1", description = "${COMPLETION-CANDIDATES}")
  private Action action = Action.status;

  @Option(names = "--json", description = "An object, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    int code =
        switch (action) {
          case status -> Compaction.LOOK;
          case pause -> Compaction.PAUSE;
          case resume -> Compaction.RESUME;
          case now -> Compaction.NOW;
        };
    CompactionStatus status = dfs.vfs().ask(new Compaction(code), CompactionStatus.class).join();
    if (json) {
      Json.print(
          out,
          Json.object(
              "paused", status.paused(),
              "rounds", status.rounds(),
              "looking", status.looking(),
              "victims", status.victims(),
              "fragmentedExtents", status.fragmented(),
              "waitingTasks", status.waitingTasks(),
              "runningTasks", status.runningTasks(),
              "movedBytes", status.movedBytes(),
              "failedTasks", status.failedTasks(),
              "keptChunks", status.keptChunks()));
      return;
    }
    Table table = new Table("ll");
    table.row("state", status.paused() ? "paused" : status.looking() ? "working" : "waiting");
    table.row("looks finished", status.rounds());
    table.row(
        "found last", status.victims() + " chunks, " + status.fragmented() + " small extents");
    table.row("copies", status.waitingTasks() + " waiting, " + status.runningTasks() + " running");
    table.row("copied", Quantity.formatBytes(status.movedBytes()));
    table.row("given up", status.failedTasks());
    table.row("old chunks kept", status.keptChunks());
    table.print(out);
  }
}
