package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.FsStats;
import io.dfs.common.message.Reply.TrashState;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "df",
    description = "Show space on the dataservers; a file takes its size once for each copy.")
final class DfCommand extends ClusterCommand {
  @Mixin private Sizes sizes = new Sizes();

  @Option(names = "--json", description = "An object, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    FsStats stats = Dfs.await(dfs.vfs().statfs());
    TrashState trash = Dfs.await(dfs.vfs().ask(new Query.GetTrash(), TrashState.class));
    long used = stats.capacityBytes() - stats.freeBytes();
    int replicas = stats.defaults().replicas();
    if (json) {
      Json.print(
          out,
          Json.object(
              "capacityBytes", stats.capacityBytes(),
              "usedBytes", used,
              "freeBytes", stats.freeBytes(),
              "replicas", replicas,
              "chunkBytes", stats.defaults().chunkBytes(),
              "inodes", stats.inodes(),
              "trashBytes", trash.bytes(),
              "trashInodes", trash.inodes()));
      return;
    }
    Table table = new Table("rrrrrrr");
    table.row("capacity", "used", "free", "free for files", "copies", "inodes", "trash");
    table.row(
        sizes.show(stats.capacityBytes()),
        sizes.show(used),
        sizes.show(stats.freeBytes()),
        sizes.show(stats.freeBytes() / Math.max(1, replicas)),
        replicas,
        stats.inodes(),
        sizes.show(trash.bytes()));
    table.print(out);
  }
}
