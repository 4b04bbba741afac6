package io.dfs.dataserver.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest.Append;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.net.Call;
import io.dfs.dataserver.pace.ClientTraffic;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class TrafficMeterTest {
  private static final ChunkId CHUNK = new ChunkId(7);
  private static final Append APPEND = new Append(CHUNK, 0, new int[1], false, List.of());

  private static Call call(String role, Message message, ByteBuf payload) {
    return (Call)
        Proxy.newProxyInstance(
            Call.class.getClassLoader(),
            new Class<?>[] {Call.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "peer" -> new Hello(Hello.PROTOCOL, "", role, NodeId.NONE, new byte[0]);
                  case "message" -> message;
                  case "payload" -> payload;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static long counted(String role, Message message, int payloadBytes) {
    ClientTraffic traffic = new ClientTraffic(0);
    AtomicInteger handled = new AtomicInteger();
    Call call = call(role, message, Unpooled.wrappedBuffer(new byte[payloadBytes]));
    new TrafficMeter(passed -> handled.incrementAndGet(), traffic).handle(call);
    assertEquals(1, handled.get());
    return traffic.bytesPerSecond(TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void whatClientsWriteAndReadCountsAndCopiesForOtherServersDoNot() {
    assertEquals(100, counted("client", APPEND, 100));
    assertEquals(100, counted("dataserver", APPEND, 100), "passed on for a client");
    Read read = new Read(CHUNK, 0, 65536);
    assertEquals(65536, counted("client", read, 0));
    assertEquals(0, counted("dataserver", read, 0));
  }
}
