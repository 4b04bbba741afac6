package io.dfs.nameserver.audit;

import io.dfs.common.error.FsException;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import org.jspecify.annotations.Nullable;

/** Is told of every request that was answered. Shared; never waits and never fails. */
public interface Audit extends AutoCloseable {
  /** Nobody wants to know. */
  Audit NONE = (request, peer, reply, failure) -> {};

  /**
   * @param peer the address that it came from
   * @param reply null when it failed
   * @param failure null when it did not
   */
  void answered(Message request, String peer, @Nullable Reply reply, @Nullable FsException failure);

  @Override
  default void close() {}
}
