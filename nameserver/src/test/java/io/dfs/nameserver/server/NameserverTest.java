package io.dfs.nameserver.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.ConfigFile;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.NetThreads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A whole nameserver, asked over a connection. */
final class NameserverTest {
  @TempDir Path dir;
  private final NetThreads threads = new NetThreads("test", 1);
  private Nameserver server;
  private TestClient client;

  private NameserverConfig config(String... more) {
    List<String> settings =
        new ArrayList<>(List.of("dir=" + dir.resolve("ns"), "listen=127.0.0.1:0"));
    settings.addAll(List.of(more));
    return ConfigFile.empty().read(NameserverConfig.class, settings);
  }

  private void start(String... settings) {
    server = Nameserver.start(config(settings), "test");
    client = new TestClient(threads, server.address());
  }

  @BeforeEach
  void start() {
    start(new String[0]);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    threads.close();
  }

  private static Errno failure(Executable action) {
    CompletionException e = assertThrows(CompletionException.class, action);
    return FsException.of(e).errno();
  }

  private ChunkId allocate() {
    return client
        .call(
            new Mutation.AllocateChunk(
                client.next(), new io.dfs.common.message.DataSettings(64 << 20, 2), List.of()),
            Reply.ChunkAllocated.class)
        .chunk();
  }

  private Attr commit(InodeId inode, List<Extent> extents, List<ChunkId> sealed) {
    return client
        .call(
            new Mutation.Commit(
                client.next(), inode, extents, new Timestamp(5, 6), sealed, true, false),
            Reply.Node.class)
        .attr();
  }

  @Test
  void whatIsCreatedIsFoundAndListed() {
    InodeId d = client.mkdir(InodeId.ROOT, "d");
    for (int i = 0; i < 10; i++) {
      client.create(d, "f" + i);
    }
    assertEquals(10, client.lookup(InodeId.ROOT, "d").attr().sizeBytes());
    List<String> names = new ArrayList<>();
    long cookie = 0;
    boolean end = false;
    while (!end) {
      Reply.Listing part =
          client.call(new Query.ReadDir(TestClient.ROOT, d, cookie, 3, true), Reply.Listing.class);
      for (DirEntry e : part.entries()) {
        names.add(e.name().toString());
        assertEquals(e.inode(), e.attr().inode());
        cookie = e.cookie();
      }
      end = part.end();
      assertEquals(InodeId.ROOT, part.parent());
    }
    assertEquals(List.of("f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"), names);
  }

  @Test
  void committedExtentsAreTheLayoutAndLostOnesBecomeGarbageOfEachMember() {
    NodeId a = client.register("a", "ta").node();
    NodeId b = client.register("b", "tb").node();
    InodeId f = client.create(InodeId.ROOT, "f").attr().inode();
    ChunkId chunk = allocate();
    Attr attr =
        commit(
            f,
            List.of(new Extent(0, 1000, chunk, 0), new Extent(1000, 24, chunk, 1000)),
            List.of(chunk));
    assertEquals(1024, attr.sizeBytes());
    assertEquals(1024, attr.allocatedBytes());
    Reply.LayoutPart layout = client.call(new Query.GetLayout(f, 0, 10), Reply.LayoutPart.class);
    assertEquals(List.of(new Extent(0, 1024, chunk, 0)), layout.layout().extents());
    Query.Lookup lookup = new Query.Lookup(TestClient.ROOT, InodeId.ROOT, Name.of("f"));
    assertEquals(layout.layout(), client.call(lookup, Reply.Node.class).layout());
    assertEquals(List.of(), client.heartbeat(a, List.of()));
    client.call(
        new Mutation.Unlink(client.next(), TestClient.ROOT, InodeId.ROOT, Name.of("f")),
        Reply.Node.class);
    await(() -> client.heartbeat(a, List.of()).equals(List.of(chunk)));
    await(() -> client.heartbeat(b, List.of()).equals(List.of(chunk)));
    assertEquals(List.of(), client.heartbeat(a, List.of(chunk)));
    assertEquals(a, client.register("a", "ta").node());
    assertEquals(b, client.register("b", "tb").node());
    await(() -> client.heartbeat(b, List.of()).equals(List.of(chunk)));
    assertEquals(List.of(), client.heartbeat(a, List.of()));
    assertEquals(1, client.call(new Query.StatFs(), Reply.FsStats.class).inodes());
  }

  @Test
  void anUnlinkedFileLivesUntilItsLastClose() {
    InodeId f = client.create(InodeId.ROOT, "f").attr().inode();
    client.call(new Query.Open(client.session, TestClient.ROOT, f, 4, 0), Reply.Opened.class);
    client.call(
        new Mutation.Unlink(client.next(), TestClient.ROOT, InodeId.ROOT, Name.of("f")),
        Reply.Node.class);
    assertEquals(0, client.call(new Query.GetAttr(f), Reply.Node.class).attr().nlink());
    client.release(f);
    await(
        () -> {
          try {
            client.call(new Query.GetAttr(f), Reply.Node.class);
            return false;
          } catch (CompletionException e) {
            return FsException.of(e).errno() == Errno.ENOENT;
          }
        });
  }

  @Test
  void whatAnotherClientUnlinksStaysReadableForWhoHasItOpenAndCannotBeOpenedAnew() {
    NodeId a = client.register("a", "ta").node();
    client.register("b", "tb");
    InodeId f = client.create(InodeId.ROOT, "f").attr().inode();
    ChunkId chunk = allocate();
    List<Extent> extents = List.of(new Extent(0, 1000, chunk, 0));
    commit(f, extents, List.of(chunk));
    client.call(new Query.Open(client.session, TestClient.ROOT, f, 4, 0), Reply.Opened.class);
    try (TestClient other = new TestClient(threads, server.address())) {
      other.call(
          new Mutation.Unlink(other.next(), TestClient.ROOT, InodeId.ROOT, Name.of("f")),
          Reply.Node.class);
      Query.Open late = new Query.Open(other.session, TestClient.ROOT, f, 4, 0);
      assertEquals(Errno.ENOENT, failure(() -> other.call(late, Reply.Opened.class)));
    }
    Reply.LayoutPart layout = client.call(new Query.GetLayout(f, 0, 10), Reply.LayoutPart.class);
    assertEquals(extents, layout.layout().extents());
    client.call(new Query.Open(client.session, TestClient.ROOT, f, 4, 0), Reply.Opened.class);
    client.release(f);
    assertEquals(List.of(), client.heartbeat(a, List.of()), "it is open once still");
    client.release(f);
    await(() -> client.heartbeat(a, List.of()).equals(List.of(chunk)));
  }

  @Test
  void whatIsOpenAndUnlinkedSurvivesARestartOfTheNameserver() {
    client.close();
    server.close();
    start("lease=1s");
    InodeId open = client.create(InodeId.ROOT, "open").attr().inode();
    InodeId shut = client.create(InodeId.ROOT, "shut").attr().inode();
    for (InodeId each : List.of(open, shut)) {
      client.call(new Query.Open(client.session, TestClient.ROOT, each, 4, 0), Reply.Opened.class);
    }
    for (String name : List.of("open", "shut")) {
      client.call(
          new Mutation.Unlink(client.next(), TestClient.ROOT, InodeId.ROOT, Name.of(name)),
          Reply.Node.class);
    }
    client.close();
    server.close();
    server = Nameserver.start(config("lease=1s"), "test");
    client = new TestClient(threads, server.address(), client.session);
    client.call(new Query.AssertOpen(client.session, List.of(open)), Reply.Done.class);
    await(
        () -> {
          client.call(new Query.KeepAlive(client.session), Reply.Done.class);
          return isGone(shut);
        });
    assertEquals(0, client.call(new Query.GetAttr(open), Reply.Node.class).attr().nlink());
    client.release(open);
    await(() -> isGone(open));
  }

  @Test
  void aNameThatRenamesReplaceAllTheTimeCanAlwaysBeOpened() throws Exception {
    client.create(InodeId.ROOT, "name");
    try (TestClient other = new TestClient(threads, server.address())) {
      CompletableFuture<Void> renames =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 300; i++) {
                  other.create(InodeId.ROOT, "new");
                  other.call(
                      new Mutation.Rename(
                          other.next(),
                          TestClient.ROOT,
                          InodeId.ROOT,
                          Name.of("new"),
                          InodeId.ROOT,
                          Name.of("name"),
                          0),
                      Reply.Renamed.class);
                }
              });
      while (!renames.isDone()) {
        InodeId opened =
            client
                .call(
                    new Query.OpenAt(
                        client.session,
                        TestClient.ROOT,
                        InodeId.ROOT,
                        Name.of("name"),
                        4,
                        new InodeId(0),
                        0),
                    Reply.Opened.class)
                .attr()
                .inode();
        client.release(opened);
        client.lookup(InodeId.ROOT, "name");
      }
      renames.join();
    }
  }

  private boolean isGone(InodeId inode) {
    try {
      client.call(new Query.GetAttr(inode), Reply.Node.class);
      return false;
    } catch (CompletionException e) {
      return FsException.of(e).errno() == Errno.ENOENT;
    }
  }

  @Test
  void aRepeatedRequestIsAnsweredFromMemory() {
    Mutation.Mkdir mkdir =
        new Mutation.Mkdir(client.next(), TestClient.ROOT, InodeId.ROOT, Name.of("d"), 0755);
    Attr first = client.call(mkdir, Reply.Node.class).attr();
    assertEquals(first, client.call(mkdir, Reply.Node.class).attr());
    Mutation.Mkdir again =
        new Mutation.Mkdir(client.next(), TestClient.ROOT, InodeId.ROOT, Name.of("d"), 0755);
    assertEquals(Errno.EEXIST, failure(() -> client.call(again, Reply.Node.class)));
    client.call(
        new Mutation.Rmdir(
            new io.dfs.common.id.RequestId(client.session, 1, 1),
            TestClient.ROOT,
            InodeId.ROOT,
            Name.of("d")),
        Reply.Node.class);
    assertEquals(Errno.EEXIST, failure(() -> client.call(again, Reply.Node.class)));
    assertEquals(Errno.EINVAL, failure(() -> client.call(mkdir, Reply.Node.class)));
  }

  @Test
  void aRestartKeepsTreeSessionAndServers() {
    client.register("a", "ta");
    InodeId d = client.mkdir(InodeId.ROOT, "d");
    client.close();
    server.close();
    server = Nameserver.start(config(), "test");
    client = new TestClient(threads, server.address(), client.session);
    assertEquals(d, client.lookup(InodeId.ROOT, "d").attr().inode());
    Reply.Groups groups = client.call(new Query.GetGroups(0), Reply.Groups.class);
    assertEquals("a:9701", groups.servers().get(0).address());
  }

  @Test
  void aSilentSessionLosesItsLocks() {
    client.close();
    server.close();
    start("lease=1s");
    InodeId f = client.create(InodeId.ROOT, "locked").attr().inode();
    Lock lock = new Lock(Lock.Kind.FLOCK, Lock.Type.WRITE, 1, 0, Long.MAX_VALUE, 7);
    try (TestClient other = new TestClient(threads, server.address())) {
      other.call(new Mutation.SetLock(other.next(), f, lock), Reply.Done.class);
      assertEquals(
          Errno.EAGAIN,
          failure(
              () -> client.call(new Mutation.SetLock(client.next(), f, lock), Reply.Done.class)));
      CompletableFuture<?> woken =
          client.send(new Query.AwaitLock(client.session, f, lock, 20_000));
      await(
          () -> {
            client.call(new Query.KeepAlive(client.session), Reply.Done.class);
            return woken.isDone();
          });
      client.call(new Mutation.SetLock(client.next(), f, lock), Reply.Done.class);
      assertEquals(
          Errno.ESTALE,
          failure(() -> other.call(new Query.KeepAlive(other.session), Reply.Done.class)));
    }
  }

  @Test
  void aMessageThatLacksSomethingIsRefusedAndTheServerLivesOn() {
    assertEquals(
        Errno.EPROTO,
        failure(() -> client.call(new Query.Lookup(null, null, null), Reply.Node.class)));
    assertEquals(
        Errno.EPROTO,
        failure(
            () ->
                client.call(
                    new Mutation.Mkdir(client.next(), TestClient.ROOT, InodeId.ROOT, null, 0),
                    Reply.Node.class)));
    client.mkdir(InodeId.ROOT, "d");
  }

  @Test
  void aForeignDirectoryAndOneInUseAreRefused() throws Exception {
    assertEquals(
        Errno.EBUSY,
        assertThrows(FsException.class, () -> Nameserver.start(config(), "test")).errno());
    Files.createDirectories(dir.resolve("foreign/x"));
    NameserverConfig foreign = config("dir=" + dir.resolve("foreign"));
    assertEquals(
        Errno.EEXIST,
        assertThrows(FsException.class, () -> Nameserver.start(foreign, "test")).errno());
  }

  @Test
  void withoutServersThereIsNoChunk() {
    assertEquals(Errno.ENOSPC, failure(this::allocate));
    client.register("a", "ta");
    assertTrue(allocate().value() != 0, "one server of two may take chunks for a while");
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "the condition did not come");
      Thread.onSpinWait();
    }
  }
}
