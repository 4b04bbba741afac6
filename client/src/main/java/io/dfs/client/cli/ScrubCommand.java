package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ChunkRequest.Scrub;
import io.dfs.common.message.Reply.ScrubStatus;
import io.dfs.common.message.ScrubProgress;
import io.dfs.common.message.ServerInfo;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "scrub",
    description = {
      "Show, start, pause or resume the verification of dataservers' disks.",
      "It compares every stored byte with its checksum, again and again."
    })
final class ScrubCommand extends ClusterCommand {
  enum Action {
    status,
    start,
    pause,
    resume
  }

  @Parameters(
      index = "0",
      paramLabel = "ACTION",
      arity = "0..1",
      description = "${COMPLETION-CANDIDATES}")
  private Action action = Action.status;

  @Parameters(
      index = "1..*",
      paramLabel = "ID",
      description = "Dataservers by number, as dfs servers shows it (default: all).")
  private List<Integer> ids = new ArrayList<>();

  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    Scrub request =
        new Scrub(
            switch (action) {
              case status -> Scrub.LOOK;
              case start -> Scrub.START;
              case pause -> Scrub.PAUSE;
              case resume -> Scrub.RESUME;
            });
    Table table = new Table("llrrrl");
    table.row("id", "disk", "verified", "of", "bad", "state");
    List<Object> objects = new ArrayList<>();
    List<ServerInfo> asked =
        dfs.status().servers().stream()
            .filter(s -> ids.isEmpty() || ids.contains(s.id().value()))
            .toList();
    if (asked.isEmpty()) {
      throw wrongUsage("no dataserver has such a number; see dfs servers");
    }
    boolean failed = false;
    for (ServerInfo server : asked) {
      try {
        ScrubStatus status = dfs.vfs().ask(server.id(), request, ScrubStatus.class).join();
        for (ScrubProgress disk : status.disks()) {
          objects.add(object(server, disk));
          table.row(
              server.id().value(),
              disk.disk(),
              Quantity.formatBytes(disk.verifiedBytes()),
              Quantity.formatBytes(disk.usedBytes()),
              disk.badChunks(),
              state(disk));
        }
      } catch (CompletionException | FsException e) {
        tell("dataserver " + server.id().value(), FsException.of(e));
        failed = true;
      }
    }
    if (json) {
      Json.print(out, objects);
    } else {
      table.print(out);
    }
    check(!failed);
  }

  private static String state(ScrubProgress disk) {
    if (disk.paused()) {
      return "paused";
    }
    if (disk.running()) {
      return "running since " + Instant.ofEpochSecond(disk.startedSeconds());
    }
    return disk.endedSeconds() == 0
        ? "not begun"
        : "all verified " + Instant.ofEpochSecond(disk.endedSeconds());
  }

  private static Object object(ServerInfo server, ScrubProgress disk) {
    return Json.object(
        "id", server.id().value(),
        "disk", disk.disk(),
        "paused", disk.paused(),
        "running", disk.running(),
        "startedSeconds", disk.startedSeconds(),
        "endedSeconds", disk.endedSeconds(),
        "verifiedBytes", disk.verifiedBytes(),
        "usedBytes", disk.usedBytes(),
        "badChunks", disk.badChunks());
  }
}
