package io.dfs.dataserver.transfer;

import io.dfs.common.message.ChunkRequest.Append;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.net.Call;
import io.dfs.common.net.CallHandler;
import io.dfs.dataserver.pace.ClientTraffic;

/**
 * Counts what clients move, in front of the handler that does it. What a server passes on along a
 * chain is a client's; what it reads is a copy that is being made. Shared.
 */
public final class TrafficMeter implements CallHandler {
  private final CallHandler handler;
  private final ClientTraffic traffic;

  public TrafficMeter(CallHandler handler, ClientTraffic traffic) {
    this.handler = handler;
    this.traffic = traffic;
  }

  @Override
  public void handle(Call call) {
    if (call.message() instanceof Append) {
      traffic.moved(call.payload().readableBytes());
    } else if (call.message() instanceof Read read && call.peer().role().equals("client")) {
      traffic.moved(Math.max(0, Math.min(read.length(), Read.MAX_READ_BYTES)));
    }
    handler.handle(call);
  }
}
