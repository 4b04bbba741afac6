package io.dfs.coherence;

import static io.dfs.coherence.InProcess.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.EntryAttr;
import io.dfs.client.vfs.Vfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Timestamp;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Proxy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two clients of one cluster: what one has written and not closed, and what the other sees. */
final class UnclosedDataTest {
  private static final Caller ROOT = Caller.ROOT;
  private static final OpenMode APPEND = new OpenMode(true, true, true, false);

  /** A third of it is the lease of caches. */
  private static final int SESSION_LEASE_MS = 3000;

  @TempDir Path directory;
  private InProcess cluster;
  private DfsVfs here;
  private DfsVfs there;

  @BeforeEach
  void start() {
    cluster =
        new InProcess(directory.resolve("ns"), "lease=" + SESSION_LEASE_MS + " ms", "replicas=1");
    cluster.addDataserver(directory.resolve("ds"));
    here = trusting(cluster.client());
    there = trusting(cluster.client());
  }

  private static DfsVfs trusting(DfsVfs client) {
    Await.until("a lease", () -> client.trustMs() > 0);
    return client;
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static Opened create(Vfs vfs, String name) {
    return get(vfs.create(ROOT, InodeId.ROOT, Name.of(name), 0644, true, OpenMode.READ_WRITE));
  }

  private static Opened open(Vfs vfs, String name, OpenMode mode) {
    return get(vfs.open(ROOT, InodeId.ROOT, Name.of(name), mode));
  }

  private static CompletableFuture<Integer> write(Vfs vfs, Opened file, long offset, String text) {
    return vfs.write(
        file.handle(), offset, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String read(Vfs vfs, Opened file) {
    ByteBuf bytes = get(vfs.read(file.handle(), 0, 1000));
    try {
      return bytes.toString(StandardCharsets.UTF_8);
    } finally {
      bytes.release();
    }
  }

  private static long size(Vfs vfs, String name) {
    return get(vfs.lookup(ROOT, InodeId.ROOT, Name.of(name))).sizeBytes();
  }

  @Test
  void whatIsWrittenIsSeenByTheOtherClientBeforeItIsClosed() {
    Opened mine = create(here, "f");
    get(write(here, mine, 0, "one"));
    assertEquals(3, size(there, "f"));
    Opened theirs = open(there, "f", OpenMode.READ_WRITE);
    assertEquals("one", read(there, theirs));
    for (int i = 0; i < 50; i++) {
      get(write(here, mine, 3L * i, String.format("%03d", i)));
      assertEquals(3L * (i + 1), get(there.getattr(theirs.handle())).sizeBytes());
      assertTrue(read(there, theirs).endsWith(String.format("%03d", i)));
      get(write(there, theirs, 0, String.format("%03d", 100 + i)));
      assertTrue(read(here, mine).startsWith(String.format("%03d", 100 + i)));
    }
  }

  @Test
  void whatALookupBringsAlongDisturbsNoWriter() {
    for (String name : List.of("a", "b", "c")) {
      get(here.mknod(ROOT, InodeId.ROOT, Name.of(name), FileType.REGULAR, 0644, 0));
    }
    Opened mine = create(here, "d");
    get(write(here, mine, 0, "one"));
    assertEquals(0, size(there, "a"));
    assertEquals(0, size(there, "b"));
    assertTrue(there.lookup(ROOT, InodeId.ROOT, Name.of("c")).isDone(), "came along");
    assertTrue(write(here, mine, 3, "x").isDone(), "the lease is still there");
    assertEquals(4, size(there, "d"));
  }

  @Test
  void writingAFileThatIsNewAsksForNothingAndOneThatWasThereOnce() {
    Opened fresh = create(here, "new");
    for (int i = 0; i < 10; i++) {
      assertTrue(write(here, fresh, i, "x").isDone(), "write " + i);
      get(here.flush(fresh.handle()));
    }
    get(here.release(fresh.handle()));
    Opened again = open(here, "new", APPEND);
    assertTrue(write(here, again, 0, "x").isDone(), "its lease outlives a close");
    get(here.release(again.handle()));

    get(there.release(create(there, "old").handle()));
    Opened old = open(here, "old", OpenMode.WRITE);
    CompletableFuture<Integer> first = write(here, old, 0, "x");
    assertFalse(first.isDone());
    get(first);
    for (int i = 0; i < 10; i++) {
      assertTrue(write(here, old, i, "x").isDone(), "write " + i);
    }
  }

  @Test
  void aListingShowsWhatIsWrittenToAllItsFiles() {
    for (int i = 0; i < 20; i++) {
      get(write(here, create(here, "f" + i), 0, "x".repeat(i + 1)));
    }
    Opened root = get(there.opendir(ROOT, InodeId.ROOT));
    List<EntryAttr> listed = get(there.readdirPlus(root.handle(), 0, 100));
    for (EntryAttr each : listed) {
      Attr attr = each.attr();
      if (each.entry().name().toString().startsWith("f")) {
        int i = Integer.parseInt(each.entry().name().toString().substring(1));
        assertEquals(i + 1, Objects.requireNonNull(attr).sizeBytes(), "f" + i);
      }
    }
  }

  @Test
  void anotherClientsTruncationAndTimesComeAfterWhatWasWritten() {
    Opened mine = create(here, "f");
    get(write(here, mine, 0, "something long"));
    get(there.setattr(ROOT, mine.attr().inode(), AttrChange.size(4)));
    get(here.flush(mine.handle()));
    assertEquals("some", read(here, mine));
    get(write(here, mine, 4, "thing"));
    Timestamp then = new Timestamp(1_000_000_000, 0);
    get(
        there.setattr(
            ROOT,
            mine.attr().inode(),
            new AttrChange(null, null, null, null, null, then, false, false)));
    get(here.release(mine.handle()));
    assertEquals(then, get(here.lookup(ROOT, InodeId.ROOT, Name.of("f"))).mtime());
  }

  @Test
  void appendsOfTwoClientsAreSeenAtOnceAndFollowEachOther() {
    get(here.release(create(here, "f").handle()));
    Opened mine = open(here, "f", APPEND);
    Opened theirs = open(there, "f", APPEND);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      get(write(here, mine, 0, "<a" + i + ">"));
      get(write(there, theirs, 0, "<b" + i + ">"));
      all.append("<a").append(i).append("><b").append(i).append('>');
      assertEquals(all.toString(), read(here, mine));
    }
    assertEquals(all.toString(), read(there, theirs));
  }

  @Test
  void anOpenThatWouldMakeTheFileSeesWhatIsWrittenToIt() {
    get(write(here, create(here, "f"), 0, "text"));
    Opened theirs =
        get(there.create(ROOT, InodeId.ROOT, Name.of("f"), 0644, false, OpenMode.READ_WRITE));
    assertEquals(4, theirs.attr().sizeBytes());
    assertEquals("text", read(there, theirs));
  }

  @Test
  void aCopyOfARangeHasWhatAnotherClientWroteAndDidNotClose() {
    get(write(here, create(here, "f"), 0, "text"));
    Opened from = open(there, "f", OpenMode.READ);
    Opened to = create(there, "g");
    get(there.copyRange(from.handle(), 0, to.handle(), 0, 100));
    assertEquals("text", read(there, to));
  }

  @Test
  void aWriterThatFallsSilentHoldsReadersUpForOneLease() throws Exception {
    get(here.release(create(here, "f").handle()));
    try (SilentClient silent = new SilentClient(cluster.address())) {
      InodeId file = get(here.lookup(ROOT, InodeId.ROOT, Name.of("f"))).inode();
      silent.ask(new Query.AcquireWrite(silent.session(), file));
      long start = System.nanoTime();
      assertEquals(0, size(there, "f"));
      long first = (System.nanoTime() - start) / 1_000_000;
      assertTrue(first > SESSION_LEASE_MS / 3 / 2, first + " ms");
      assertTrue(first < SESSION_LEASE_MS, first + " ms");
      Opened mine = open(here, "f", OpenMode.WRITE);
      start = System.nanoTime();
      get(write(here, mine, 0, "text"));
      long second = (System.nanoTime() - start) / 1_000_000;
      assertTrue(second < SESSION_LEASE_MS / 3 / 2, second + " ms");
    }
  }

  @Test
  void whatIsWrittenIsSeenAfterARestartOfTheNameserver() {
    Opened mine = create(here, "f");
    Opened theirs = open(there, "f", OpenMode.READ);
    for (int i = 0; i < 3; i++) {
      get(write(here, mine, 0, "text " + i));
      cluster.stop();
      cluster.start();
      assertEquals("text " + i, read(there, theirs));
    }
  }

  @Test
  void withoutTheNameserverAClientWritesOnOnlyAsLongAsItsLease() throws Exception {
    try (Proxy way = new Proxy(cluster.address().port())) {
      DfsVfs cut = trusting(cluster.client(new HostPort("127.0.0.1", way.port())));
      Opened mine = create(cut, "f");
      get(write(cut, mine, 0, "a"));
      way.cut();
      assertTrue(write(cut, mine, 1, "b").isDone());
      Await.until("the end of the lease", () -> cut.trustMs() == 0);
      CompletableFuture<Integer> late = write(cut, mine, 2, "c");
      assertFalse(late.isDone());
      way.mend();
      get(late);
      assertEquals("abc", read(there, open(there, "f", OpenMode.READ)));
    }
  }

  @Test
  void whatAClientThatWasCutOffHadWrittenNeverComesOverWhatAnotherWroteSince() throws Exception {
    try (Proxy way = new Proxy(cluster.address().port())) {
      DfsVfs cut = trusting(cluster.client(new HostPort("127.0.0.1", way.port())));
      Opened mine = create(cut, "f");
      get(write(cut, mine, 0, "old"));
      way.cut();
      Opened theirs = open(there, "f", OpenMode.READ_WRITE);
      get(write(there, theirs, 0, "new"));
      get(there.flush(theirs.handle()));
      way.mend();
      FsException lost = assertThrows(FsException.class, () -> get(cut.flush(mine.handle())));
      assertEquals(Errno.EIO, lost.errno());
      assertEquals("new", read(there, theirs));
      assertEquals("new", read(cut, mine));
      get(write(cut, mine, 0, "more"));
      assertEquals("more", read(there, theirs));
    }
  }
}
