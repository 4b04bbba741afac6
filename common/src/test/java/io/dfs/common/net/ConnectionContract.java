package io.dfs.common.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every kind of connection promises. */
abstract class ConnectionContract {
  private static final Hello HELLO =
      new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]);
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final int LONG_MS = 20_000;

  private final NetThreads threads = new NetThreads("test", 2);
  private final NetClient client = new NetClient(threads, NetLimits.DEFAULT);
  private final List<AutoCloseable> open = new ArrayList<>();
  @TempDir Path dir;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable c : open) {
      c.close();
    }
    threads.close();
  }

  /** How this kind of connection is made. */
  abstract CompletableFuture<Connection> connect(
      NetClient from, HostPort to, Hello hello, int timeoutMs);

  private NetServer serve(NetLimits limits, CallHandler handler) {
    NetServer server =
        NetServer.start(
            threads, ANY, limits, h -> new Reply.Welcome(Hello.PROTOCOL, "c1", "test"), handler);
    open.add(server);
    return server;
  }

  private Connection connect(NetServer server) throws Exception {
    Connection connection = connect(client, server.address(), HELLO, LONG_MS).get();
    open.add(0, connection);
    return connection;
  }

  private static Query.GetAttr ask(long n) {
    return new Query.GetAttr(new InodeId(n));
  }

  private static Errno errnoOf(CompletableFuture<?> future) {
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
    return FsException.of(e).errno();
  }

  @Test
  void payloadsOfEverySizeComeBackUnchangedHoweverTheyAreInterleaved() throws Exception {
    NetServer server =
        serve(NetLimits.DEFAULT, call -> call.reply(Reply.Done.DONE, call.payload()));
    Connection connection = connect(server);
    Random random = new Random(3);
    List<byte[]> sent = new ArrayList<>();
    List<CompletableFuture<Response>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[i % 3 == 0 ? random.nextInt(1 << 20) : random.nextInt(70_000)];
      random.nextBytes(bytes);
      sent.add(bytes);
      ByteBuf payload =
          NetThreads.allocator().directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
      answers.add(connection.call(ask(i), payload, LONG_MS));
    }
    for (int i = 0; i < sent.size(); i++) {
      Response response = answers.get(i).get();
      assertArrayEquals(sent.get(i), ByteBufUtil.getBytes(response.payload()));
      response.payload().release();
    }
    assertEquals(0, connection.inFlight());
  }

  @Test
  void requestsArriveInTheOrderTheyWereMade() throws Exception {
    Queue<Long> seen = new ConcurrentLinkedQueue<>();
    NetServer server =
        serve(
            NetLimits.DEFAULT,
            call -> {
              seen.add(((Query.GetAttr) call.message()).inode().value());
              call.payload().release();
              call.reply(Reply.Done.DONE);
            });
    Connection connection = connect(server);
    List<CompletableFuture<Response>> answers = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      answers.add(connection.call(ask(i), null, LONG_MS));
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get();
    long n = 0;
    for (long value : seen) {
      assertEquals(n++, value);
    }
  }

  @Test
  void aRequestThatIsPassedOnKeepsItsNumberAndAFaultTellsIt() throws Exception {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    NetServer last =
        serve(
            NetLimits.DEFAULT,
            call -> {
              call.payload().release();
              seen.add(call.request());
              throw new FsException(Errno.EIO, "a broken disk");
            });
    Connection on = connect(last);
    NetServer first =
        serve(
            NetLimits.DEFAULT,
            call -> {
              call.payload().release();
              seen.add(call.request());
              var unused =
                  on.call(call.message(), null, LONG_MS)
                      .whenComplete((response, failure) -> call.failIfNotNull(failure));
            });
    Connection connection = connect(first);
    List<String> numbers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Response> answer = connection.call(ask(i), null, LONG_MS);
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
      String number = seen.remove();
      assertEquals(number, seen.remove());
      assertEquals("a broken disk [request " + number + "]", FsException.of(e).getMessage());
      numbers.add(number);
    }
    assertEquals(2, numbers.stream().distinct().count());
  }

  @Test
  void aFileRangeArrivesByteForByteAndIsReleasedOnce() throws Exception {
    byte[] content = new byte[3 << 20];
    new Random(5).nextBytes(content);
    Path file = Files.write(dir.resolve("f"), content);
    AtomicInteger released = new AtomicInteger();
    FileChannel channel = FileChannel.open(file);
    open.add(channel);
    NetServer server =
        serve(
            NetLimits.DEFAULT,
            call -> {
              ChunkRequest.Read read = (ChunkRequest.Read) call.message();
              call.payload().release();
              call.reply(
                  new Reply.ChunkData(read.length(), new int[0]),
                  channel,
                  read.offset(),
                  read.length(),
                  released::incrementAndGet);
            });
    Connection connection = connect(server);
    for (int offset = 0; offset < 2 << 20; offset += 100_000) {
      Response response =
          connection
              .call(new ChunkRequest.Read(new ChunkId(1), offset, 1 << 20), null, LONG_MS)
              .get();
      byte[] want = java.util.Arrays.copyOfRange(content, offset, offset + (1 << 20));
      assertArrayEquals(want, ByteBufUtil.getBytes(response.payload()));
      response.payload().release();
    }
    // By the server's own thread, after its last byte has gone out.
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONG_MS);
    while (released.get() < 21 && System.nanoTime() - until < 0) {
      Thread.sleep(1);
    }
    connection.close();
    server.close();
    assertEquals(21, released.get());
  }

  @Test
  void anErrorKeepsItsNumberAndItsWords() throws Exception {
    NetServer server =
        serve(
            NetLimits.DEFAULT,
            call -> {
              throw new FsException(Errno.ENOTEMPTY, "removing a: it has entries");
            });
    Connection connection = connect(server);
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> connection.call(ask(1), null, LONG_MS).get());
    assertEquals(Errno.ENOTEMPTY, FsException.of(e).errno());
    assertEquals("removing a: it has entries", FsException.of(e).getMessage());
  }

  @Test
  void aCallWithoutAnswerTimesOutAndALateAnswerHarmsNothing() throws Exception {
    CompletableFuture<Call> kept = new CompletableFuture<>();
    NetServer server =
        serve(
            NetLimits.DEFAULT,
            call -> {
              if (!kept.complete(call)) {
                call.reply(Reply.Done.DONE);
              }
            });
    Connection connection = connect(server);
    assertEquals(Errno.ETIMEDOUT, errnoOf(connection.call(ask(1), null, 150)));
    kept.get().reply(Reply.Done.DONE, Unpooled.wrappedBuffer(new byte[10]));
    assertEquals(
        Reply.Done.DONE, connection.call(ask(2), null, LONG_MS).get().as(Reply.Done.class));
  }

  @Test
  void aLostConnectionFailsWhatIsUnderWayAndWhatComesAfter() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    NetServer server = serve(NetLimits.DEFAULT, call -> arrived.countDown());
    Connection connection = connect(server);
    CompletableFuture<Response> pending = connection.call(ask(1), null, LONG_MS);
    arrived.await();
    server.close();
    assertEquals(Errno.EHOSTUNREACH, errnoOf(pending));
    connection.closed().get(10, TimeUnit.SECONDS);
    assertFalse(connection.isOpen());
    ByteBuf payload = Unpooled.directBuffer(8).writeLong(1);
    assertEquals(Errno.EHOSTUNREACH, errnoOf(connection.call(ask(2), payload, LONG_MS)));
    assertEquals(0, payload.refCnt());
  }

  @Test
  void anAnswerForWhichThereIsNoMemoryFailsWithENOMEM() throws Exception {
    int bytes = 16 << 20;
    NetLimits limits = new NetLimits(4 << 20, bytes, bytes, 100);
    ByteBuf answer = NetThreads.allocator().directBuffer(bytes).writeZero(bytes);
    NetServer server =
        serve(
            limits,
            call -> {
              call.payload().release();
              call.reply(new Reply.Appended(bytes), answer);
            });
    Connection connection =
        connect(new NetClient(threads, limits), server.address(), HELLO, LONG_MS).get();
    open.add(0, connection);
    List<ByteBuf> all = takeAllMemory(5 << 20);
    try {
      // Pools of 4 MiB are left for what is small, on both sides.
      all.remove(0).release();
      all.remove(0).release();
      assertEquals(Errno.ENOMEM, errnoOf(connection.call(ask(1), null, LONG_MS)));
    } finally {
      all.forEach(ByteBuf::release);
    }
  }

  private static List<ByteBuf> takeAllMemory(int pieceBytes) {
    List<ByteBuf> taken = new ArrayList<>();
    try {
      while (true) {
        // Never touched, so it is the process's limit that is used up, not the machine's memory.
        taken.add(NetThreads.allocator().directBuffer(pieceBytes));
      }
    } catch (OutOfMemoryError e) {
      return taken;
    }
  }

  @Test
  void nobodyListeningIsAClearError() {
    ExecutionException e =
        assertThrows(
            ExecutionException.class,
            () -> connect(client, new HostPort("127.0.0.1", 1), HELLO, 2000).get());
    assertEquals(Errno.ECONNREFUSED, FsException.of(e).errno());
    assertTrue(FsException.of(e).getMessage().contains("127.0.0.1:1"), e::getMessage);
  }

  @Test
  void aPortInUseIsAClearError() {
    NetServer server = serve(NetLimits.DEFAULT, call -> {});
    FsException e =
        assertThrows(
            FsException.class,
            () ->
                NetServer.start(
                    threads, server.address(), NetLimits.DEFAULT, h -> null, call -> {}));
    assertTrue(e.getMessage().contains(server.address().toString()), e::getMessage);
  }

  @Test
  void anotherProtocolVersionIsRefusedWithBothNumbers() {
    NetServer server = serve(NetLimits.DEFAULT, call -> {});
    Hello old = new Hello(77, "", "client", NodeId.NONE, new byte[0]);
    ExecutionException e =
        assertThrows(
            ExecutionException.class, () -> connect(client, server.address(), old, LONG_MS).get());
    assertTrue(FsException.of(e).getMessage().contains("77"), e::getMessage);
  }

  @Test
  void aServerStopsReadingFromAPeerThatHasTooMuchUnanswered() throws Exception {
    NetLimits tight = new NetLimits(1 << 16, 1 << 20, 4 << 20, 100);
    Queue<Call> unanswered = new ConcurrentLinkedQueue<>();
    NetServer server = serve(tight, unanswered::add);
    Connection connection = connect(server);
    List<CompletableFuture<Response>> answers = new ArrayList<>();
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 64; i++) {
                ByteBuf mebibyte = NetThreads.allocator().directBuffer(1 << 20).writeZero(1 << 20);
                answers.add(connection.call(ask(i), mebibyte, LONG_MS));
              }
            });
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (unanswered.size() < 4 && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    TimeUnit.MILLISECONDS.sleep(200); // time to read more, if it did
    assertTrue(
        unanswered.size() <= 6, () -> unanswered.size() + " MiB were taken in over a limit of 4");
    int done = 0;
    while (done < 64 && System.nanoTime() < until) {
      Call call = unanswered.poll();
      if (call != null) {
        call.payload().release();
        call.reply(Reply.Done.DONE);
        done++;
      }
    }
    sent.get(20, TimeUnit.SECONDS);
    CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
  }

  @Test
  void garbageAndOversizedFramesCloseTheConnectionAndNothingElse() throws Exception {
    NetServer server =
        serve(
            NetLimits.DEFAULT,
            call -> {
              call.payload().release();
              call.reply(Reply.Done.DONE);
            });
    Connection bystander = connect(server);
    Random random = new Random(11);
    for (int i = 0; i < 60; i++) {
      try (Socket socket = new Socket(server.address().host(), server.address().port())) {
        socket.setSoTimeout(20_000);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        if (i % 3 == 0) {
          byte[] junk = new byte[20 + random.nextInt(5000)];
          random.nextBytes(junk);
          out.write(junk);
        } else if (i % 3 == 1) {
          out.writeInt(Integer.MAX_VALUE);
          out.write(new byte[] {1, 0, 0, 0});
          out.writeLong(1);
          out.writeInt(100);
        } else {
          out.writeInt(26);
          out.write(new byte[] {1, 0, 0, 0});
          out.writeLong(1);
          out.writeInt(10);
          out.write(new byte[10]);
        }
        out.flush();
        InputStream in = socket.getInputStream();
        try {
          while (in.read() >= 0) {
            // an error frame may come first
          }
        } catch (java.net.SocketException e) {
          assertTrue(e.getMessage().contains("reset"), e::getMessage);
        }
      }
    }
    assertEquals(Reply.Done.DONE, bystander.call(ask(1), null, LONG_MS).get().as(Reply.Done.class));
  }
}
