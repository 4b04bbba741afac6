package io.dfs.dataserver.report;

import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;

/** Calls to whichever nameserver this server is registered with. Shared. */
public interface NameserverCalls {
  /**
   * Waits for the answer.
   *
   * @throws io.dfs.common.error.FsException EHOSTUNREACH while there is no connection, what a
   *     broken one fails with, or the nameserver's failure
   */
  <R extends Reply> R call(Message request, Class<R> answer) throws InterruptedException;
}
