package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.RequestId;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.state.Changes;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.SessionRecord;
import io.dfs.nameserver.state.SlotReply;
import io.dfs.nameserver.state.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies a command to a view: a pure function of both. A command that fails changes nothing but
 * the memory of its failure.
 */
public final class StateMachine {
  private static final Logger log = LoggerFactory.getLogger(StateMachine.class);

  /**
   * Requests that a session may have under way. A mount with thousands of mutations in flight gains
   * nothing from more, as they wait for one thread; each slot keeps one reply, 64 of them 16 KiB.
   */
  public static final int SLOTS = 64;

  /**
   * What came of a command: a reply or a failure.
   *
   * @param failure is also thrown at the client
   * @param changes what clients may have kept
   */
  public record Outcome(
      @Nullable Reply reply, @Nullable FsException failure, List<Effect> effects, Changes changes) {
    private static Outcome failed(FsException failure) {
      return new Outcome(null, failure, List.of(), Changes.NONE);
    }
  }

  private StateMachine() {}

  /** Applies {@code command}; what it changed is in {@code view} afterwards. */
  public static Outcome apply(Overlay view, Command command) {
    view.mark();
    Transaction tx = new Transaction(view);
    try {
      if (command instanceof Command.Mutate mutate) {
        return once(tx, view, mutate);
      }
      tx.add(Counter.APPLIED, 1);
      Reply reply = run(tx, command);
      return new Outcome(reply, null, tx.effects(), isSeen(command) ? tx.changes() : Changes.NONE);
    } catch (RuntimeException e) {
      view.rollback();
      return Outcome.failed(failure(command, e));
    }
  }

  /** Whether what a command of the nameserver's own changes can be seen by clients. */
  private static boolean isSeen(Command command) {
    return !(command instanceof Command.Purge
        || command instanceof Command.PurgeTree
        || command instanceof Command.Format);
  }

  /** Runs a mutation unless its slot remembers it. */
  private static Outcome once(Transaction tx, Overlay view, Command.Mutate command) {
    RequestId id = command.mutation().request();
    requireSession(tx, id);
    SlotReply last = tx.findSlot(id.session(), id.slot());
    if (last != null && last.sequence() == id.sequence()) {
      return repeated(command, last);
    }
    if (id.sequence() < 1 || (last != null && id.sequence() < last.sequence())) {
      throw new FsException(
          Errno.EINVAL, "request " + id.sequence() + " of slot " + id.slot() + " is too old");
    }
    try {
      tx.add(Counter.APPLIED, 1);
      if (command.unleased()) {
        throw new FsException(Errno.ENOLCK, "the session does not hold the write lease");
      }
      Reply reply = mutate(tx, command);
      tx.putSlot(id.session(), id.slot(), SlotReply.of(id.sequence(), reply));
      return new Outcome(reply, null, tx.effects(), tx.changes());
    } catch (TailInTheWay e) {
      view.rollback();
      FsException later = new FsException(Errno.EAGAIN, e.getMessage() + "; try again", e);
      return Outcome.failed(later);
    } catch (RuntimeException e) {
      view.rollback();
      FsException failure = failure(command, e);
      tx.putSlot(id.session(), id.slot(), SlotReply.of(id.sequence(), failure));
      return Outcome.failed(failure);
    }
  }

  private static Outcome repeated(Command.Mutate command, SlotReply last) {
    Reply reply = last.replay();
    boolean opens =
        command.mutation() instanceof Mutation.CreateUnnamed
            || (command.mutation() instanceof Mutation.Create create && create.open());
    return new Outcome(
        reply,
        null,
        opens && reply instanceof Reply.Opened opened
            ? List.of(new Effect.Opened(command.mutation().request(), opened.attr().inode()))
            : List.of(),
        Changes.NONE);
  }

  private static void requireSession(Transaction tx, RequestId id) {
    SessionRecord session = tx.findSession(id.session());
    if (session == null || session.ended()) {
      throw new FsException(
          Errno.ESTALE, "session " + id.session() + " has ended; open another one");
    }
    if (id.slot() < 0 || id.slot() >= SLOTS) {
      throw new FsException(
          Errno.EINVAL, "slot " + id.slot() + " of a session that has " + SLOTS + " slots");
    }
  }

  private static FsException failure(Command command, RuntimeException e) {
    if (e instanceof FsException expected) {
      return expected;
    }
    String name =
        command instanceof Command.Mutate m
            ? m.mutation().getClass().getSimpleName()
            : command.getClass().getSimpleName();
    log.error("{} failed and changed nothing; please report this", name, e);
    return new FsException(Errno.EIO, name + " failed inside the nameserver; see its log");
  }

  private static Reply mutate(Transaction tx, Command.Mutate command) {
    Timestamp now = command.now();
    Mutation mutation = command.mutation();
    if (mutation instanceof Mutation.Create m) {
      return Create.apply(tx, now, m);
    } else if (mutation instanceof Mutation.Commit m) {
      return Commit.apply(tx, m);
    } else if (mutation instanceof Mutation.SetAttr m) {
      return SetAttr.apply(tx, now, m);
    } else if (mutation instanceof Mutation.Unlink m) {
      return Unlink.apply(tx, now, m);
    } else if (mutation instanceof Mutation.Rename m) {
      return Rename.apply(tx, now, m);
    } else if (mutation instanceof Mutation.AllocateChunk m) {
      return AllocateChunk.apply(tx, m, command.group());
    } else if (mutation instanceof Mutation.Mkdir m) {
      return Mkdir.apply(tx, now, m);
    } else if (mutation instanceof Mutation.Rmdir m) {
      return Rmdir.apply(tx, now, m);
    } else if (mutation instanceof Mutation.SetLock m) {
      return SetLock.apply(tx, m);
    } else if (mutation instanceof Mutation.Link m) {
      return Link.apply(tx, now, m);
    } else if (mutation instanceof Mutation.Symlink m) {
      return Symlink.apply(tx, now, m);
    } else if (mutation instanceof Mutation.Mknod m) {
      return Mknod.apply(tx, now, m);
    } else if (mutation instanceof Mutation.SetXattr m) {
      return SetXattr.apply(tx, now, m);
    } else if (mutation instanceof Mutation.RemoveXattr m) {
      return RemoveXattr.apply(tx, now, m);
    } else if (mutation instanceof Mutation.Allocate m) {
      return Allocate.apply(tx, now, m);
    } else if (mutation instanceof Mutation.CloneRange m) {
      return CloneRange.apply(tx, now, m);
    } else if (mutation instanceof Mutation.CreateUnnamed m) {
      return CreateUnnamed.apply(tx, now, m);
    } else if (mutation instanceof Mutation.SetTrash m) {
      return TrashChange.apply(tx, m);
    } else if (mutation instanceof Mutation.SetSettings m) {
      return SetSettings.apply(tx, now, m);
    }
    throw new FsException(Errno.ENOSYS, mutation.getClass().getSimpleName() + " is not known");
  }

  private static Reply run(Transaction tx, Command command) {
    if (command instanceof Command.Purge c) {
      return Purge.apply(tx, c);
    } else if (command instanceof Command.PurgeTree c) {
      return Purge.apply(tx, c);
    } else if (command instanceof Command.PurgeTrash c) {
      return TrashChange.apply(tx, c);
    } else if (command instanceof Command.RestoreBelow c) {
      return TrashChange.apply(tx, c);
    } else if (command instanceof Command.Touch c) {
      return Touch.apply(tx, c);
    } else if (command instanceof Command.BeginSession c) {
      return Sessions.apply(tx, c);
    } else if (command instanceof Command.EndSession c) {
      return Sessions.apply(tx, c);
    } else if (command instanceof Command.Deleted c) {
      return Cluster.apply(tx, c);
    } else if (command instanceof Command.PutServer c) {
      return Cluster.apply(tx, c);
    } else if (command instanceof Command.AddGroups c) {
      return Cluster.apply(tx, c);
    } else if (command instanceof Command.SkipNumbers c) {
      return Cluster.apply(tx, c);
    } else if (command instanceof Command.Relocate c) {
      return Relocate.apply(tx, c);
    } else if (command instanceof Command.Unkeep c) {
      return Relocate.apply(tx, c);
    } else if (command instanceof Command.ConvertBelow c) {
      return Convert.apply(tx, c);
    } else if (command instanceof Command.DropConverted c) {
      return Convert.apply(tx, c);
    } else if (command instanceof Command.EndConversion c) {
      return Convert.apply(tx, c);
    } else if (command instanceof Command.ChangeGroup c) {
      return ChangeGroup.apply(tx, c);
    } else if (command instanceof Command.ReportBad c) {
      return BadCopies.apply(tx, c);
    } else if (command instanceof Command.ClearBad c) {
      return BadCopies.apply(tx, c);
    } else if (command instanceof Command.RecordEvent c) {
      tx.putEvent(c.time(), c.severity(), c.subject(), c.text());
      return Reply.Done.DONE;
    } else if (command instanceof Command.SetWish c) {
      return Cluster.apply(tx, c);
    } else if (command instanceof Command.Tune c) {
      tx.set(c.setting(), c.value());
      return Reply.Done.DONE;
    } else if (command instanceof Command.Format c) {
      return Cluster.apply(tx, c);
    } else if (command instanceof Command.Mend c) {
      return Mend.apply(tx, c);
    } else if (command instanceof Command.Restored c) {
      return Restored.apply(tx, c);
    } else if (command instanceof Command.DiscardNewer c) {
      return Restored.apply(tx, c);
    }
    throw new FsException(Errno.ENOSYS, command.getClass().getSimpleName() + " is not known");
  }
}
