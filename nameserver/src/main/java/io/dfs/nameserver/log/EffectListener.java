package io.dfs.nameserver.log;

import io.dfs.nameserver.state.Effect;

/** Keeps what lives in memory in step with the state. */
@FunctionalInterface
public interface EffectListener {
  /** Called in the order of the commands by one thread at a time; must not wait. */
  void happened(Effect effect);
}
