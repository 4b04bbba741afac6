package io.dfs.nameserver.op;

import io.dfs.common.message.BadCopy;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Transaction;

/** Keeps account of copies that are bad or missing until they are replaced. */
final class BadCopies {
  private BadCopies() {}

  /**
   * Only copies that the cluster counts on matter: of chunks that exist, on servers of the group.
   */
  static Reply.Done apply(Transaction tx, Command.ReportBad c) {
    for (BadCopy copy : c.copies()) {
      Group group = tx.findGroup(copy.chunk().group());
      if (group != null
          && group.holders().contains(copy.server())
          && tx.findChunk(copy.chunk()) != null) {
        tx.putBadCopy(copy.chunk(), copy.server(), copy.reason());
      }
    }
    return Reply.Done.DONE;
  }

  static Reply.Done apply(Transaction tx, Command.ClearBad c) {
    tx.deleteBadCopy(c.chunk(), c.node());
    return Reply.Done.DONE;
  }
}
