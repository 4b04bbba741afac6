package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.HeldLock;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.SessionInfo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "locks",
    description = {
      "Show the locks that programs hold on files, and on which machine.",
      "Without PATH those on all files, by inode number."
    })
final class LocksCommand extends ClusterCommand {
  private static final int PAGE = 1000;

  @Parameters(paramLabel = "PATH", arity = "0..*", description = "Only those on these files.")
  private List<String> paths = List.of();

  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  private record Shown(String file, HeldLock held) {}

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<Shown> locks = new ArrayList<>();
    if (paths.isEmpty()) {
      all(dfs).forEach(held -> locks.add(new Shown("inode " + held.inode().value(), held)));
    } else {
      forEach(
          paths,
          path ->
              ask(dfs, dfs.stat(path).inode(), 0)
                  .locks()
                  .forEach(held -> locks.add(new Shown(path, held))));
    }
    Map<SessionId, String> clients =
        SessionsCommand.all(dfs).stream()
            .collect(Collectors.toMap(SessionInfo::id, SessionInfo::description));
    if (json) {
      Json.print(out, locks.stream().map(shown -> object(shown, clients)).toList());
      return;
    }
    Table table = new Table("lllrl");
    table.row("file", "lock", "bytes", "process", "client");
    for (Shown shown : locks) {
      Lock lock = shown.held().lock();
      table.row(
          Show.name(shown.file()),
          kind(lock),
          bytes(lock),
          lock.pid(),
          Show.name(client(shown.held(), clients)));
    }
    table.print(out);
  }

  private static List<HeldLock> all(Dfs dfs) {
    List<HeldLock> all = new ArrayList<>();
    long after = 0;
    while (true) {
      Reply.Locks page = ask(dfs, InodeId.NONE, after);
      all.addAll(page.locks());
      if (page.end() || page.locks().isEmpty()) {
        return all;
      }
      after = page.locks().get(page.locks().size() - 1).inode().value();
    }
  }

  private static Reply.Locks ask(Dfs dfs, InodeId inode, long after) {
    return Dfs.await(dfs.vfs().ask(new Query.GetLocks(inode, after, PAGE), Reply.Locks.class));
  }

  private static String kind(Lock lock) {
    return lock.kind().name().toLowerCase(Locale.ROOT)
        + " "
        + lock.type().name().toLowerCase(Locale.ROOT);
  }

  private static String bytes(Lock lock) {
    boolean toEnd = lock.end() == Long.MAX_VALUE;
    return lock.start() == 0 && toEnd
        ? "all"
        : lock.start() + (toEnd ? " to the end" : " to " + lock.end());
  }

  private static String client(HeldLock held, Map<SessionId, String> clients) {
    return clients.getOrDefault(held.session(), "session " + held.session().value());
  }

  private static Map<String, Object> object(Shown shown, Map<SessionId, String> clients) {
    HeldLock held = shown.held();
    return Json.object(
        "file", shown.file(),
        "inode", held.inode().value(),
        "kind", held.lock().kind(),
        "type", held.lock().type(),
        "start", held.lock().start(),
        "end", held.lock().end(),
        "process", held.lock().pid(),
        "session", held.session().value(),
        "client", client(held, clients));
  }
}
