package io.dfs.common.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PayloadBudgetTest {
  private static final int MIB = 1 << 20;
  private static final int CLIENTS = 6;
  private static final int CALLS = 8;

  @Test
  void allClientsTogetherStayWithinTheBoundAndAllAreServed() throws Exception {
    Queue<Call> waiting = new ConcurrentLinkedQueue<>();
    try (NetThreads threads = new NetThreads("budget", 2);
        NetServer server =
            NetServer.start(
                threads,
                new HostPort("127.0.0.1", 0),
                NetLimits.DEFAULT,
                4 * MIB,
                hello -> new Reply.Welcome(Hello.PROTOCOL, "", "test"),
                waiting::add)) {
      List<CompletableFuture<Response>> answers = new ArrayList<>();
      Hello hello = new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]);
      ChunkRequest request = new ChunkRequest.StatChunk(new ChunkId(1));
      List<Connection> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Connection client =
            new NetClient(threads, NetLimits.DEFAULT)
                .connect(server.address(), hello, 5000)
                .get(5, TimeUnit.SECONDS);
        clients.add(client);
        for (int k = 0; k < CALLS; k++) {
          answers.add(client.call(request, Unpooled.wrappedBuffer(new byte[MIB]), 60_000));
        }
      }
      int served = 0;
      while (served < CLIENTS * CALLS) {
        int before = waiting.size();
        Thread.sleep(20);
        int held = waiting.size();
        assertTrue(held <= 4 + CLIENTS, held + " payloads held");
        if (held == 0 || held != before) {
          continue;
        }
        for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
          call.payload().release();
          call.reply(Reply.Done.DONE);
          served++;
        }
      }
      for (CompletableFuture<Response> answer : answers) {
        assertEquals(Reply.Done.DONE, answer.get(10, TimeUnit.SECONDS).as(Reply.class));
      }
      clients.forEach(Connection::close);
    }
  }

  /** Whether so many calls have come, and for a while no more. */
  private static void awaitHeld(Queue<Call> waiting, int least, int most) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (waiting.size() < least) {
      assertTrue(System.nanoTime() < deadline, waiting.size() + " payloads came");
      Thread.sleep(5);
    }
    Thread.sleep(100);
    assertTrue(waiting.size() <= most, waiting.size() + " payloads held");
  }

  @Test
  void whatServersForwardIsBoundedAndHoldsBackNoOtherKind() throws Exception {
    Queue<Call> waiting = new ConcurrentLinkedQueue<>();
    try (NetThreads threads = new NetThreads("budget", 2);
        NetServer server =
            NetServer.start(
                threads,
                new HostPort("127.0.0.1", 0),
                NetLimits.DEFAULT,
                4 * MIB,
                hello -> new Reply.Welcome(Hello.PROTOCOL, "", "test"),
                waiting::add)) {
      List<Connection> connections = new ArrayList<>();
      List<CompletableFuture<Response>> answers = new ArrayList<>();
      int held = 0;
      for (List<String> chain : List.of(List.<String>of(), List.of("a:1"), List.of("a:1", "b:1"))) {
        ChunkRequest append = new ChunkRequest.Append(new ChunkId(1), 0, new int[0], false, chain);
        for (int i = 0; i < CLIENTS; i++) {
          Connection peer = connect(threads, server, "dataserver");
          connections.add(peer);
          for (int k = 0; k < CALLS; k++) {
            answers.add(peer.call(append, Unpooled.wrappedBuffer(new byte[MIB]), 60_000));
          }
        }
        awaitHeld(waiting, held + 2, held + 2 + CLIENTS);
        held = waiting.size();
      }
      Connection client = connect(threads, server, "client");
      connections.add(client);
      answers.add(
          client.call(
              new ChunkRequest.StatChunk(new ChunkId(1)),
              Unpooled.wrappedBuffer(new byte[MIB]),
              60_000));
      awaitHeld(waiting, held + 1, held + 1);
      for (CompletableFuture<Response> answer : answers) {
        while (!answer.isDone()) {
          for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
            call.payload().release();
            call.reply(Reply.Done.DONE);
          }
          Thread.sleep(1);
        }
        answer.get().payload().release();
      }
      connections.forEach(Connection::close);
    }
  }

  private static Connection connect(NetThreads threads, NetServer server, String role)
      throws Exception {
    Hello hello = new Hello(Hello.PROTOCOL, "", role, NodeId.NONE, new byte[0]);
    return new NetClient(threads, NetLimits.DEFAULT)
        .connect(server.address(), hello, 5000)
        .get(5, TimeUnit.SECONDS);
  }
}
