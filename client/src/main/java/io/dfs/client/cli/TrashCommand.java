package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.TrashItem;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What was deleted and is kept for a while. */
@Command(
    name = "trash",
    description = "List, restore or remove for good what was deleted.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {TrashCommand.Ls.class, TrashCommand.Restore.class, TrashCommand.Empty.class},
    footer = {
      "",
      "dfs set --trash DURATION DIRECTORY says for how long it is kept. In a mount the trash is",
      "the folder .trash of the root, which ls does not show: mv takes things out of it."
    })
final class TrashCommand {
  private static final String VIEW = "/.trash";
  private static final int PAGE = 500;
  private static final long WAIT_MS = 100;

  TrashCommand() {}

  @Command(
      name = "ls",
      description = "List what was deleted, what goes first first: when, its size, and its path.")
  static final class Ls extends ClusterCommand {
    @Parameters(paramLabel = "DIRECTORY", arity = "0..1")
    private String directory = "/";

    @Option(names = "-a", description = "Also what is in deleted directories.")
    private boolean all;

    @Option(names = "--json", description = "An array of objects, for programs.")
    private boolean json;

    @Override
    void run(Dfs dfs, PrintWriter out) throws Exception {
      try (Json.Array array = json ? new Json.Array(out) : null) {
        byte[] cursor = {};
        do {
          Reply.TrashListing part =
              Dfs.await(
                  dfs.vfs()
                      .ask(
                          new Query.ListTrash(dfs.caller(), cursor, PAGE),
                          Reply.TrashListing.class));
          Table table = new Table("lrrll");
          for (TrashItem item : part.items()) {
            String path = new String(item.path(), StandardCharsets.UTF_8);
            if (isBelow(path) && (all || !item.inDeleted())) {
              if (array != null) {
                array.add(object(item, path));
              } else {
                table.row(
                    Show.time(item.deleted()),
                    Quantity.formatBytes(item.bytes()),
                    item.uid(),
                    item.type().name().toLowerCase(Locale.ROOT),
                    Show.name(path));
              }
            }
          }
          table.print(out);
          cursor = part.cursor();
        } while (cursor.length > 0);
      }
    }

    private boolean isBelow(String path) {
      String prefix = directory.endsWith("/") ? directory : directory + "/";
      return path.startsWith(prefix) || path.equals(directory);
    }

    private static Object object(TrashItem item, String path) {
      return Json.object(
          "path", path,
          "inode", item.inode().value(),
          "type", item.type().name().toLowerCase(Locale.ROOT),
          "uid", item.uid(),
          "bytes", item.bytes(),
          "deleted", Show.instant(item.deleted()),
          "expires", Show.instant(item.expires()));
    }
  }

  @Command(
      name = "restore",
      description = "Restore what was deleted, under its old path; a directory with all it held.")
  static final class Restore extends ClusterCommand {
    @Parameters(paramLabel = "PATH", arity = "1..*")
    private List<String> paths = List.of();

    @Option(names = "--to", paramLabel = "PATH", description = "Restore one under another path.")
    private @Nullable String to;

    @Override
    void checkArguments() {
      if (to != null && paths.size() > 1) {
        throw wrongUsage("--to takes one path");
      }
    }

    @Override
    void run(Dfs dfs, PrintWriter out) throws Exception {
      forEach(
          paths,
          path -> {
            String target = to == null ? path : to;
            try {
              dfs.rename(VIEW + dfs.absolute(path), target);
            } catch (FsException e) {
              throw new FsException(e.errno(), path + ": " + reason(dfs, path, target, e), e);
            }
            awaitRestored(dfs);
            out.println(target);
          });
    }

    private static String reason(Dfs dfs, String path, String target, FsException e) {
      if (e.errno() == Errno.EEXIST) {
        return target + " exists; move it away, or give another path with --to";
      }
      if (e.errno() == Errno.ENOENT && dfs.exists(VIEW + dfs.absolute(path))) {
        return "its directory is gone; restore that, or give another path with --to";
      }
      return e.errno() == Errno.ENOENT
          ? "not in the trash; dfs trash ls lists what is"
          : String.valueOf(e.getMessage());
    }

    private static void awaitRestored(Dfs dfs) throws InterruptedException {
      while (Dfs.await(dfs.vfs().ask(new Query.GetTrash(), Reply.TrashState.class)).restoring()) {
        Thread.sleep(WAIT_MS);
      }
    }
  }

  @Command(
      name = "empty",
      description = "Remove what is in the trash for good: all of it, or these paths.")
  static final class Empty extends ClusterCommand {
    @Parameters(paramLabel = "PATH", arity = "0..*")
    private List<String> paths = List.of();

    @Override
    void run(Dfs dfs, PrintWriter out) throws Exception {
      if (paths.isEmpty()) {
        Dfs.await(dfs.vfs().ask(new Query.EmptyTrash(dfs.caller()), Reply.Done.class));
        out.println("the trash is being emptied; dfs df shows its size");
        return;
      }
      forEach(paths, path -> remove(dfs, VIEW + dfs.absolute(path)));
    }

    private static void remove(Dfs dfs, String path) {
      Attr attr = dfs.lstat(path);
      if (attr.isDirectory()) {
        for (Dfs.Listed entry : new ArrayList<>(dfs.list(path))) {
          remove(dfs, DfsPaths.child(path, entry.name()));
        }
      }
      try {
        dfs.delete(path);
      } catch (FsException e) {
        if (!attr.isDirectory() || e.errno() != Errno.ENOENT) {
          throw e;
        }
        // It was not deleted itself, only some of what is below it.
      }
    }
  }
}
