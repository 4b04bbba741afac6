package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.SessionInfo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "sessions",
    description = {
      "Show the clients of the cluster: mounts, commands and programs.",
      "open: files and directories they have open. leases: what they were told of late and may keep"
          + " until it changes. heard: how long they have been silent; they lose their locks and"
          + " open files after the lease (30 s)."
    })
final class SessionsCommand extends ClusterCommand {
  private static final int PAGE = 500;

  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<SessionInfo> sessions = all(dfs);
    if (json) {
      Json.print(out, sessions.stream().map(SessionsCommand::object).toList());
      return;
    }
    Table table = new Table("rlrrrl");
    table.row("id", "since", "heard", "open", "leases", "client");
    for (SessionInfo s : sessions) {
      table.row(
          s.id().value(),
          Show.time(s.opened()),
          s.silentMs() / 1000 + " s ago",
          s.openInodes(),
          s.caches() ? s.granted() : "-",
          Show.name(s.description()));
    }
    table.print(out);
  }

  static List<SessionInfo> all(Dfs dfs) {
    List<SessionInfo> all = new ArrayList<>();
    long after = 0;
    while (true) {
      Reply.Sessions page =
          Dfs.await(dfs.vfs().ask(new Query.GetSessions(after, PAGE), Reply.Sessions.class));
      all.addAll(page.sessions());
      if (page.end() || page.sessions().isEmpty()) {
        return all;
      }
      after = page.sessions().get(page.sessions().size() - 1).id().value();
    }
  }

  private static Map<String, Object> object(SessionInfo s) {
    return Json.object(
        "id", s.id().value(),
        "description", s.description(),
        "opened", Show.instant(s.opened()),
        "silentMs", s.silentMs(),
        "open", s.openInodes(),
        "caches", s.caches(),
        "leases", s.granted());
  }
}
