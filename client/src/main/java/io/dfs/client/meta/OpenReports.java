package io.dfs.client.meta;

import io.dfs.client.session.OpenInodes;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Close;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.Done;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tells the nameserver which inodes are open that were opened under a lease. Shared. */
final class OpenReports {
  private final NameserverClient nameserver;
  private final OpenInodes opens;

  OpenReports(NameserverClient nameserver, OpenInodes opens) {
    this.nameserver = nameserver;
    this.opens = opens;
  }

  /** Completes when the nameserver counts them; what is sent after this call finds them counted. */
  CompletableFuture<Void> tell(List<InodeId> inodes) {
    if (inodes.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    inodes.forEach(opens::told);
    return nameserver
        .query(session -> new Query.AssertOpen(session, inodes), Done.class)
        .thenAccept(done -> inodes.forEach(this::closeIfReleased));
  }

  /** Its release may have been sent first, and undone nothing. */
  private void closeIfReleased(InodeId inode) {
    if (!opens.isOpen(inode)) {
      nameserver.query(
          session -> new Query.Release(session, List.of(new Close(inode, 1, null))), Done.class);
    }
  }
}
