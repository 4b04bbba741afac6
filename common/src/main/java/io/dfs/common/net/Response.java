package io.dfs.common.net;

import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;

/**
 * The answer to a call.
 *
 * @param payload the bytes that followed the message, empty when there were none; whoever gets the
 *     response releases it
 */
public record Response(Reply message, ByteBuf payload) {
  /** The message of an answer without payload, as the type that the request promises. */
  public <R extends Reply> R as(Class<R> type) {
    payload.release();
    return type.cast(message);
  }
}
