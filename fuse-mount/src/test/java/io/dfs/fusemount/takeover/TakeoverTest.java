package io.dfs.fusemount.takeover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.session.OpenInodes.OpenInode;
import io.dfs.client.vfs.VfsState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.fusemount.linux.EngineState;
import io.dfs.fusemount.linux.channel.LibC;
import io.dfs.fusemount.linux.channel.LocalSocket;
import io.dfs.fusemount.linux.wire.Negotiation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TakeoverTest {
  /** For what never comes. */
  private static final int LIMIT_S = 30;

  @TempDir Path directory;
  private final Held holder = new Held();
  private Path path;
  private TakeoverServer server;

  /** A mount that is a file, and notes what becomes of it. */
  private final class Held implements Holder {
    final BlockingQueue<String> events = new ArrayBlockingQueue<>(100);
    volatile Optional<String> refusal = Optional.empty();
    volatile boolean busy;
    int descriptor = -1;

    @Override
    public Optional<String> refusal() {
      return refusal;
    }

    @Override
    public List<String> arguments() {
      return List.of("parameter=ns:/", "parameter=/mnt \u00e4");
    }

    @Override
    public Handover hold() {
      if (busy) {
        throw new FsException(Errno.ETIMEDOUT, "programs do not end");
      }
      events.add("held");
      return STATE;
    }

    @Override
    public int[] descriptors() {
      descriptor = LibC.openFile(directory.resolve("file").toString(), LibC.O_RDWR);
      return new int[] {descriptor};
    }

    @Override
    public void goOn() {
      events.add("goes on");
    }

    @Override
    public void handedOver() {
      events.add("handed over");
    }
  }

  private static final Handover STATE =
      new Handover(
          new VfsState(
              new SessionId(5),
              "cluster",
              true,
              new long[] {1, 2, 3},
              17,
              -4,
              List.of(new OpenInode(new InodeId(9), 2, 1)),
              4,
              List.of()),
          new EngineState(
              new Negotiation(45, 1, -1, 2, 3, 4),
              new InodeId(1),
              List.of(),
              List.of(),
              List.of(),
              List.of()));

  @BeforeEach
  void start() throws IOException {
    Files.writeString(directory.resolve("file"), "text");
    path = directory.resolve("socket");
    server = TakeoverServer.start(path, holder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String event() throws InterruptedException {
    return holder.events.poll(LIMIT_S, TimeUnit.SECONDS);
  }

  private static String refusal(Runnable step) {
    FsException e = assertThrows(FsException.class, step::run);
    assertEquals(Errno.EOPNOTSUPP, e.errno());
    return e.getMessage();
  }

  @Test
  void stateAndDescriptorsGoOverAndTheOldOneEndsWhenTheNewOneServes() throws Exception {
    try (TakeoverClient client = TakeoverClient.connect(path)) {
      assertEquals(holder.arguments(), client.ask());
      TakeoverClient.Taken taken = client.take();
      assertEquals("held", event());
      assertEquals(STATE.engine(), taken.handover().engine());
      VfsState vfs = taken.handover().vfs();
      assertEquals(STATE.vfs().session(), vfs.session());
      assertEquals(STATE.vfs().opens(), vfs.opens());
      assertEquals(17, vfs.seen());
      assertEquals(-4, vfs.trustedUntilNanos());
      assertEquals(3, vfs.sequences()[2]);
      assertEquals(1, taken.descriptors().length);
      try (FileChannel file =
          FileChannel.open(Path.of("/proc/self/fd/" + taken.descriptors()[0]))) {
        assertEquals(4, file.read(ByteBuffer.allocate(10)));
      }
      client.accept();
      client.serving();
      client.awaitEnd();
      assertEquals("handed over", event());
      LocalSocket.closeAll(taken.descriptors());
    }
  }

  @Test
  void theOldOneGoesOnWhenTheNewOneGoesAfterAnyStepBeforeItServes() throws Exception {
    for (int steps = 0; steps < 3; steps++) {
      try (TakeoverClient client = TakeoverClient.connect(path)) {
        client.ask();
        if (steps > 0) {
          LocalSocket.closeAll(client.take().descriptors());
        }
        if (steps > 1) {
          client.accept();
        }
      }
      if (steps > 0) {
        assertEquals("held", event());
        assertEquals("goes on", event());
      }
    }
    assertTrue(holder.events.isEmpty(), holder.events::toString);
  }

  @Test
  void whoeverDiesBeforeItHasSaidAnythingHoldsNothingUp() {
    LocalSocket.connect(path).close();
    try (TakeoverClient client = TakeoverClient.connect(path)) {
      assertEquals(2, client.ask().size());
    }
  }

  @Test
  void theNewOneIsToldWhyItDoesNotGetTheMount() {
    holder.refusal = Optional.of("not this one");
    try (TakeoverClient client = TakeoverClient.connect(path)) {
      assertEquals("not this one", refusal(client::ask));
    }
    holder.refusal = Optional.empty();
    holder.busy = true;
    try (TakeoverClient client = TakeoverClient.connect(path)) {
      client.ask();
      assertEquals("programs do not end", refusal(client::take));
    }
    assertTrue(holder.events.isEmpty(), holder.events::toString);
  }

  @Test
  void onlyItsUserMayOpenTheSocket() throws IOException {
    assertEquals(2, Files.getPosixFilePermissions(path).size());
  }
}
