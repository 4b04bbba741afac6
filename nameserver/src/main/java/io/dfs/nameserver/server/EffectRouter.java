package io.dfs.nameserver.server;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.EffectListener;
import io.dfs.nameserver.rpc.Services;
import io.dfs.nameserver.state.Changes;
import io.dfs.nameserver.state.Effect;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells each part what the commands meant for it. Shared; called by one thread at a time. */
final class EffectRouter implements EffectListener {
  /** Set once, before the log is started. */
  private volatile @Nullable Services services;

  void route(Services to) {
    services = to;
  }

  @Override
  public void changing(List<Changes> changes) {
    Services to = services;
    if (to != null && !changes.isEmpty()) {
      to.recalls().changing(changes);
    }
  }

  @Override
  public @Nullable CompletableFuture<Void> changed(
      Command command, Changes changes, @Nullable Reply reply) {
    Services to = services;
    if (to == null) {
      return null;
    }
    long now = System.nanoTime();
    if (command instanceof Command.Mutate mutate) {
      RequestId request = mutate.mutation().request();
      if (reply == null) {
        return to.recalls().refused();
      }
      CompletableFuture<Void> seen = to.recalls().changed(request, changes, now);
      CompletableFuture<Void> told = to.recalls().answered(mutate.mutation(), reply, now);
      return seen == null ? told : told == null ? seen : CompletableFuture.allOf(seen, told);
    } else if (command instanceof Command.Touch touch) {
      // A time of reading: others learn it soon, and nobody waits for that.
      var unused = to.recalls().changed(null, touch.by(), changes, now);
      return null;
    }
    return to.recalls().changed(null, changes, now);
  }

  @Override
  public void told() {
    Services to = services;
    if (to != null) {
      to.recalls().told();
    }
  }

  @Override
  public void happened(Effect effect) {
    Services to = services;
    if (to == null) {
      return;
    }
    if (effect instanceof Effect.Opened e) {
      to.opens().openBy(e.request(), e.inode());
    } else if (effect instanceof Effect.Orphaned e) {
      to.reaper().candidate(e.inode());
      to.reaper().work();
    } else if (effect instanceof Effect.RestoringQueued) {
      to.trash().restoring();
    } else if (effect instanceof Effect.Purged e) {
      to.opens().unclaim(e.inode());
    } else if (effect instanceof Effect.PurgeQueued e) {
      to.reaper().tree(e.tree());
      to.reaper().work();
    } else if (effect instanceof Effect.ChunkDropped e) {
      to.garbage().added(e.chunk(), e.members());
    } else if (effect instanceof Effect.ChunksDeleted e) {
      to.garbage().deleted(e.node(), e.chunks());
    } else if (effect instanceof Effect.Unlocked e) {
      to.waiters().unlocked(e.inode());
    } else if (effect instanceof Effect.SessionBegun e) {
      to.leases().begin(e.session(), System.nanoTime());
    } else if (effect instanceof Effect.SessionEnded e) {
      to.leases().end(e.session());
      to.recalls().ended(e.session());
      to.waiters().ended(e.session());
      for (InodeId inode : to.opens().end(e.session())) {
        to.reaper().candidate(inode);
      }
      to.reaper().work();
    } else if (effect instanceof Effect.GroupsAdded e) {
      to.registry().groupsAdded(e.groups(), System.nanoTime());
    } else if (effect instanceof Effect.GroupChanged e) {
      to.registry().groupChanged(e.group(), System.nanoTime());
    } else if (effect instanceof Effect.ServerChanged e) {
      to.cluster().wished(e.node(), e.server());
    }
  }
}
