package io.dfs.client.transfer;

import io.dfs.client.api.Dfs;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.io.IOException;
import java.io.OutputStream;

/** Fetches what the nameserver answers in parts: a backup, a dump, a check. Immutable. */
public final class LongAnswer {
  private LongAnswer() {}

  /**
   * Copies the whole answer to {@code out}, waiting for the nameserver to make it.
   *
   * @return its bytes
   */
  public static long copy(DfsVfs vfs, Query question, OutputStream out) throws IOException {
    long feed = Dfs.await(vfs.ask(question, Reply.FeedOpened.class)).feed();
    try {
      long offset = 0;
      while (true) {
        Reply.FeedPart part =
            Dfs.await(vfs.ask(new Query.ReadFeed(feed, offset), Reply.FeedPart.class));
        out.write(part.bytes());
        offset += part.bytes().length;
        if (part.end()) {
          return offset;
        }
      }
    } finally {
      close(vfs, feed);
    }
  }

  private static void close(DfsVfs vfs, long feed) {
    try {
      Dfs.await(vfs.ask(new Query.CloseFeed(feed), Reply.Done.class));
    } catch (FsException e) {
      // It is given up soon without this, too.
    }
  }
}
