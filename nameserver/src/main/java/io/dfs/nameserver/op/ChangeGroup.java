package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Transaction;
import java.util.HashSet;

/** Closes, opens or changes the members of a placement group. */
final class ChangeGroup {
  private ChangeGroup() {}

  static Reply.Done apply(Transaction tx, Command.ChangeGroup c) {
    Group wanted = c.group();
    Group now = tx.findGroup(wanted.id());
    if (now == null || now.epoch() != wanted.epoch()) {
      throw new FsException(
          Errno.ESTALE,
          wanted.id() + " has changed since epoch " + wanted.epoch() + "; plan again");
    }
    if (wanted.members().isEmpty()
        || new HashSet<>(wanted.members()).size() != wanted.members().size()) {
      throw new FsException(
          Errno.EINVAL, wanted.id() + " cannot have the members " + wanted.members());
    }
    Group changed =
        new Group(
            wanted.id(),
            now.replicas(),
            now.epoch() + 1,
            wanted.members(),
            wanted.closed(),
            wanted.joining(),
            wanted.leaving());
    tx.putGroup(changed);
    tx.effect(new Effect.GroupChanged(changed));
    return Reply.Done.DONE;
  }
}
