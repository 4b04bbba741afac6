package io.dfs.common.net;

import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bounds of a server's payload bytes, apart by whom the answers wait for, so that servers whose
 * bounds are reached never wait for each other in a circle. Immutable.
 *
 * <p>A client's append waits for what this server forwards; a forwarded append with n members to
 * follow waits for one with n - 1 elsewhere; the last waits for a disk only. So each bound is
 * waited for by others, and waits itself only for bounds further down the chain.
 */
final class PayloadBudgets {
  private final PayloadBudget clients;
  private final List<PayloadBudget> byFollowers = new ArrayList<>();

  /**
   * @param limit of the clients together; forwarded appends of each kind have half of it
   */
  PayloadBudgets(long limit) {
    clients = new PayloadBudget(limit);
    for (int i = 0; i < DataSettings.MAX_REPLICAS; i++) {
      byFollowers.add(new PayloadBudget(limit / 2));
    }
  }

  /** What the payload of a request counts against; null when it is bounded by its connection. */
  @Nullable PayloadBudget of(Hello peer, Message request) {
    if (peer.role().equals("client")) {
      return clients;
    }
    if (!(request instanceof ChunkRequest.Append append) || append.chain() == null) {
      return null;
    }
    return byFollowers.get(Math.min(append.chain().size(), DataSettings.MAX_REPLICAS - 1));
  }
}
