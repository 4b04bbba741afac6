package io.dfs.nameserver.log;

import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Changes;
import io.dfs.nameserver.state.Effect;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what lives in memory in step with the state. Called by one thread at a time; must not wait.
 */
@FunctionalInterface
public interface EffectListener {
  /**
   * Called in the order of the commands, but for what {@link Effect#waits}: that is called when
   * everybody knows of the command's changes, by any thread.
   */
  void happened(Effect effect);

  /** These changes will be written next. Followed by {@link #told}, also when that fails. */
  default void changing(List<Changes> changes) {}

  /**
   * What a command changed is written; called before its effects and its reply.
   *
   * @param reply null when it failed
   * @return completes when the reply may go out; null: now
   */
  default @Nullable CompletableFuture<Void> changed(
      Command command, Changes changes, @Nullable Reply reply) {
    return null;
  }

  /** All that was announced was told, or was not written. */
  default void told() {}
}
