package io.dfs.nameserver.cluster;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Severity;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Tables;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** What operators want of servers and of repair. Shared; never waits. */
public final class Operators {
  /** Longer is not maintenance but a loss. */
  private static final long MAX_AWAY_MS = 7L * 24 * 3600 * 1000;

  private final Registry registry;
  private final Tables tables;
  private final CommandLog commands;
  private final Events events;
  private final Works works;

  public Operators(
      Registry registry, Tables tables, CommandLog commands, Events events, Works works) {
    this.registry = registry;
    this.tables = tables;
    this.commands = commands;
    this.events = events;
    this.works = works;
  }

  /** As {@link Query.SetServer} says. */
  public CompletableFuture<Reply> set(Query.SetServer q) {
    ServerInfo server =
        registry.map().servers().stream()
            .filter(s -> s.id().equals(q.server()))
            .findFirst()
            .orElseThrow(
                () ->
                    new FsException(
                        Errno.ENOENT,
                        "no dataserver has the number "
                            + q.server().value()
                            + "; see dfs servers"));
    long untilMs = 0;
    if (q.wish() == ServerWish.REMOVE && !q.force()) {
      requireRemovable(server);
    } else if (q.wish() == ServerWish.MAINTAIN) {
      if (q.forMs() < 1 || q.forMs() > MAX_AWAY_MS) {
        throw new FsException(
            Errno.EINVAL, "a maintenance of " + q.forMs() + " ms; choose 1 s to 7 days");
      }
      untilMs = System.currentTimeMillis() + q.forMs();
    }
    return commands
        .submit(new Command.SetWish(q.server(), q.wish(), untilMs), true)
        .thenApply(
            done -> {
              events.record(
                  Severity.INFO, "server " + q.server(), "an operator set it to " + q.wish());
              return done;
            });
  }

  public CompletableFuture<Reply> set(Query.SetWork q) {
    String what = q.balance() ? "balance" : "repair";
    return works
        .set(q)
        .thenApply(
            done -> {
              events.record(
                  Severity.INFO,
                  what,
                  "an operator set "
                      + (q.paused() == null ? "" : "paused=" + q.paused() + " ")
                      + (q.bytesPerSecond() == null
                          ? ""
                          : "limit=" + Objects.requireNonNull(q.bytesPerSecond())));
              return done;
            });
  }

  /** A server that serves must be empty first; one that is gone may go when others have copies. */
  private void requireRemovable(ServerInfo server) {
    NodeId id = server.id();
    List<Group> holding =
        registry.map().groups().stream()
            .filter(g -> g.holders().contains(id) && !tables.chunks(g.id(), 0, 1).isEmpty())
            .toList();
    if (holding.isEmpty()) {
      return;
    }
    if (server.state() != ServerInfo.State.OFFLINE) {
      throw new FsException(
          Errno.EBUSY,
          "dataserver "
              + id.value()
              + " still is in "
              + holding.size()
              + " groups that have data; "
              + (server.state() == ServerInfo.State.DRAINING
                  ? "it is being emptied: dfs servers shows when it has no chunks, dfs status what"
                      + " is in the way"
                  : "say dfs servers drain "
                      + id.value()
                      + " and remove it when dfs servers shows it empty"));
    }
    for (Group group : holding) {
      if (!hasAnother(group, id)) {
        throw new FsException(
            Errno.EBUSY,
            "dataserver "
                + id.value()
                + " may have the only copies of "
                + group.id()
                + "; bring it or another member back, or give --force to lose them");
      }
    }
  }

  private boolean hasAnother(Group group, NodeId id) {
    return registry.map().servers().stream()
        .anyMatch(
            s ->
                !s.id().equals(id)
                    && group.members().contains(s.id())
                    && (s.state() == ServerInfo.State.ONLINE
                        || s.state() == ServerInfo.State.DRAINING));
  }
}
