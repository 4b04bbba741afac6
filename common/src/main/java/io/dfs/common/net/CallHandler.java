package io.dfs.common.net;

/** What a server does with requests. */
@FunctionalInterface
public interface CallHandler {
  /**
   * Starts to answer {@code call}. Runs on a thread of the network, so it must not wait for
   * anything; calls of one connection are handed over in the order in which they arrived. An
   * exception thrown here fails the call.
   */
  void handle(Call call);
}
