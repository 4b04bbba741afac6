package io.dfs.nameserver.log;

import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import java.util.concurrent.CompletableFuture;

/**
 * Puts commands in an order, has them applied and kept. Shared; nothing here waits.
 *
 * <p>Futures fail with {@link io.dfs.common.error.FsException}: what the command met; EAGAIN when
 * too many commands wait, and EHOSTUNREACH when the log is closing, in both cases before it has
 * run; EIO when the change could not be kept, after which every further command fails so. They are
 * completed on the thread that applies, whose dependents must not wait.
 */
public interface CommandLog extends AutoCloseable {
  /**
   * @param durable completes only when the command survives a power cut; else when it survives the
   *     end of this process
   */
  CompletableFuture<Reply> submit(Command command, boolean durable);

  /** Completes when everything acknowledged before survives a power cut. */
  CompletableFuture<Void> sync();

  /** Finishes what was submitted, then refuses all else. */
  @Override
  void close();
}
