package io.dfs.common.net;

import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A request that has arrived at a server, to be answered exactly once, by any thread. A second
 * answer is ignored. When the connection is gone the answer goes nowhere.
 */
public interface Call {
  /** What the peer said when it connected. */
  Hello peer();

  /** The peer's address, for logs. */
  String peerAddress();

  Message message();

  /** The number of the request, for logs: the same in every process that has to do with it. */
  String request();

  /**
   * The bytes that followed the message, empty when there were none. The handler owns them and
   * releases them (from any thread). Their size counts against the connection's in-flight limit
   * until the call is answered.
   */
  ByteBuf payload();

  void reply(Reply reply);

  /** Takes over {@code payload} and releases it. */
  void reply(Reply reply, ByteBuf payload);

  /**
   * The payload is {@code length} bytes of {@code file} from {@code position}, sent by sendfile
   * where the system can.
   *
   * @param sent runs once, when the file is needed no more, whether it was sent or not
   */
  void reply(Reply reply, FileChannel file, long position, int length, Runnable sent);

  void fail(FsException failure);

  /**
   * Fails the call with whatever {@link FsException#of} makes of {@code failure}; does nothing when
   * it is null.
   */
  default void failIfNotNull(@Nullable Throwable failure) {
    if (failure != null) {
      fail(FsException.of(failure));
    }
  }
}
