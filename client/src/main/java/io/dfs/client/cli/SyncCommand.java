package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.cli.sync.ClusterSide;
import io.dfs.client.cli.sync.LocalSide;
import io.dfs.client.cli.sync.Side;
import io.dfs.client.cli.sync.Sync;
import io.dfs.client.transfer.Transfer;
import io.dfs.common.config.Quantity;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sync",
    description = {
      "Make a directory like another one: one is local, the other of the cluster, written"
          + " dfs:/PATH.",
      "Files that have the same size and time of change are left alone, so a second run copies"
          + " nothing, and one that was interrupted goes on. Modes, times, symbolic links and"
          + " further names of files are kept; owners are not."
    },
    footer = {
      "",
      "  dfs sync photos dfs:/photos",
      "  dfs sync --delete dfs:/photos /backup/photos"
    })
final class SyncCommand extends ClusterCommand {
  private static final String CLUSTER = "dfs:";

  @Parameters(index = "0", paramLabel = "SOURCE", description = "The directory to go by.")
  private String source = "";

  @Parameters(index = "1", paramLabel = "TARGET", description = "The one to make like it.")
  private String target = "";

  @Option(names = "--delete", description = "Delete from TARGET what SOURCE does not have.")
  private boolean delete;

  @Option(
      names = {"-d", "--dry-run"},
      description = "Only show what would be done.")
  private boolean dryRun;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show what is done: + new, ~ changed, - deleted.")
  private boolean verbose;

  @Option(names = "--json", description = "An object with what was done, for programs.")
  private boolean json;

  @Override
  void checkArguments() {
    if (source.startsWith(CLUSTER) == target.startsWith(CLUSTER)) {
      throw wrongUsage(
          "one of the directories must be of the cluster, as dfs:/path, and the other local");
    }
  }

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    boolean in = target.startsWith(CLUSTER);
    LocalSide local = new LocalSide(Path.of(in ? source : target));
    ClusterSide remote =
        new ClusterSide(dfs, dfs.absolute((in ? target : source).substring(CLUSTER.length())));
    Transfer transfer = new Transfer(dfs.vfs(), dfs.caller());
    Sync.Copy copy =
        in
            ? path -> transfer.put(local.path(path), remote.path(path), done -> {})
            : path -> transfer.get(remote.path(path), local.path(path), done -> {});
    Side from = in ? local : remote;
    Side to = in ? remote : local;
    Copies copies = new Copies();
    Tally tally = new Tally(out);
    new Sync(from, to, copy, jobs(copies), tally, delete, dryRun).run();
    tally.show(out);
    check(tally.failures.sum() == 0);
  }

  private static Sync.Jobs jobs(Copies copies) {
    return new Sync.Jobs() {
      @Override
      public void add(Runnable job) {
        copies.add(
            () -> {
              job.run();
              return true;
            });
      }

      @Override
      public void finish() throws InterruptedException {
        copies.finish();
      }
    };
  }

  /** Counts, and shows what is done. Shared. */
  private final class Tally implements Sync.Observer {
    private final PrintWriter out;
    private final LongAdder files = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder changes = new LongAdder();
    private final LongAdder deletions = new LongAdder();
    private final LongAdder same = new LongAdder();
    private final LongAdder failures = new LongAdder();

    Tally(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void copied(String path, long size, boolean isNew) {
      files.increment();
      bytes.add(size);
      line(isNew ? '+' : '~', path);
    }

    @Override
    public void changed(String path) {
      changes.increment();
      line('~', path);
    }

    @Override
    public void deleted(String path) {
      deletions.increment();
      line('-', path);
    }

    @Override
    public void unchanged(String path) {
      same.increment();
    }

    @Override
    public void failed(String path, Exception why) {
      failures.increment();
      tell(path, why);
    }

    private void line(char what, String path) {
      if ((verbose || dryRun) && !json) {
        out.println(what + " " + Show.name(path));
      }
    }

    void show(PrintWriter to) throws java.io.IOException {
      if (json) {
        Json.print(
            to,
            Json.object(
                "copiedFiles", files.sum(),
                "copiedBytes", bytes.sum(),
                "changed", changes.sum(),
                "deleted", deletions.sum(),
                "unchanged", same.sum(),
                "failed", failures.sum(),
                "dryRun", dryRun));
        return;
      }
      to.println(
          (dryRun ? "would copy " : "copied ")
              + files.sum()
              + " files with "
              + Quantity.formatBytes(bytes.sum())
              + (dryRun ? ", change " : ", changed ")
              + changes.sum()
              + (dryRun ? ", delete " : ", deleted ")
              + deletions.sum()
              + "; "
              + same.sum()
              + " are the same"
              + (failures.sum() > 0 ? "; " + failures.sum() + " failed" : ""));
    }
  }
}
