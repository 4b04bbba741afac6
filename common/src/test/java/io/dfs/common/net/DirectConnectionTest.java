package io.dfs.common.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DirectConnectionTest extends ConnectionContract {
  @Override
  CompletableFuture<Connection> connect(NetClient from, HostPort to, Hello hello, int timeoutMs) {
    return from.connectDirectly(to, hello, timeoutMs);
  }

  /**
   * Sixteen threads that wait, each seeing only its own answers, while others' futures complete
   * too.
   */
  @Test
  void waitingThreadsGetTheirAnswersInsideTheCall() throws Exception {
    try (NetThreads threads = new NetThreads("test-direct", 2);
        NetServer server =
            NetServer.start(
                threads,
                new HostPort("127.0.0.1", 0),
                NetLimits.DEFAULT,
                h -> new Reply.Welcome(Hello.PROTOCOL, "c1", "test"),
                call -> {
                  call.payload().release();
                  long n = ((Query.GetAttr) call.message()).inode().value();
                  call.reply(new Reply.Appended((int) n));
                });
        Connection connection =
            new NetClient(threads, NetLimits.DEFAULT)
                .connectDirectly(
                    server.address(),
                    new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]),
                    20_000)
                .get()) {
      List<CompletableFuture<Void>> workers = new ArrayList<>();
      for (int w = 0; w < 16; w++) {
        int base = w * 1_000_000;
        boolean waits = w % 4 != 3;
        CompletableFuture<Void> done = new CompletableFuture<>();
        workers.add(done);
        new Thread(
                () -> {
                  try {
                    if (waits) {
                      WaitingThreads.enter();
                    }
                    for (int i = 0; i < 2000; i++) {
                      CompletableFuture<Response> answer =
                          connection.call(new Query.GetAttr(new InodeId(base + i)), null, 20_000);
                      assertTrue(!waits || answer.isDone());
                      assertEquals(base + i, answer.get().as(Reply.Appended.class).length());
                    }
                    done.complete(null);
                  } catch (Throwable t) {
                    done.completeExceptionally(t);
                  }
                })
            .start();
      }
      CompletableFuture.allOf(workers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
      assertEquals(0, connection.inFlight());
    }
  }
}
