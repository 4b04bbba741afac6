package io.dfs.client.vfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.fake.FakeCluster;
import io.dfs.client.fake.FakeDataserver;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Name;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DfsVfsTest {
  private static final Caller ROOT = Caller.ROOT;
  private static final OpenMode APPEND = new OpenMode(true, true, true, false);

  private final FakeCluster cluster = new FakeCluster(3, 1 << 20, 7);

  @AfterEach
  void close() {
    cluster.close();
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw FsException.of(e);
    }
  }

  private static Opened create(DfsVfs vfs, String name) {
    return get(vfs.create(ROOT, InodeId.ROOT, Name.of(name), 0644, true, OpenMode.READ_WRITE));
  }

  private static void write(DfsVfs vfs, long handle, long offset, byte[] bytes) {
    ByteBuf data = Unpooled.wrappedBuffer(bytes);
    assertEquals(bytes.length, get(vfs.write(handle, offset, data)));
    assertEquals(1, data.refCnt());
  }

  private static byte[] read(DfsVfs vfs, long handle, long offset, int length) {
    ByteBuf data = get(vfs.read(handle, offset, length));
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes);
    data.release();
    return bytes;
  }

  private static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatIsWrittenIsReadBackBeforeAndAfterItIsCommittedAndByAnotherClient() {
    byte[] bytes = random(new Random(1), 3_500_000);
    try (DfsVfs vfs = cluster.connect();
        DfsVfs other = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, bytes);
      assertArrayEquals(bytes, read(vfs, file.handle(), 0, bytes.length + 10));
      assertEquals(bytes.length, get(vfs.getattr(file.handle())).sizeBytes());
      get(vfs.flush(file.handle()));
      assertEquals(0, vfs.dirtyBytes());
      assertArrayEquals(bytes, read(vfs, file.handle(), 0, bytes.length));
      Opened again = get(other.open(ROOT, file.attr().inode(), OpenMode.READ));
      assertEquals(bytes.length, again.attr().sizeBytes());
      assertArrayEquals(bytes, read(other, again.handle(), 0, bytes.length));
      assertArrayEquals(
          Arrays.copyOfRange(bytes, 1_000_000, 1_000_100),
          read(other, again.handle(), 1_000_000, 100));
      get(other.release(again.handle()));
      get(vfs.release(file.handle()));
    }
  }

  @Test
  void theMtimeOfUncommittedWritesIsTheOneThatIsCommitted() {
    try (DfsVfs vfs = cluster.connect("attribute-ttl=0 ms")) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[10]);
      Attr before = get(vfs.getattr(file.attr().inode()));
      get(vfs.release(file.handle()));
      assertEquals(before.mtime(), get(vfs.getattr(file.attr().inode())).mtime());
      assertTrue(before.mtime().compareTo(file.attr().mtime()) > 0);
    }
  }

  @Test
  void aListingWithAttributesShowsWhatIsWrittenAndNotCommitted() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[10]);
      Opened directory = get(vfs.opendir(ROOT, InodeId.ROOT));
      List<EntryAttr> all = get(vfs.readdirPlus(directory.handle(), 0, 10));
      assertEquals(List.of(".", "..", "f"), all.stream().map(e -> e.entry().name() + "").toList());
      assertEquals(10, Objects.requireNonNull(all.get(2).attr()).sizeBytes());
      assertEquals(3, all.get(2).entry().cookie());
      assertEquals(1, get(vfs.readdirPlus(directory.handle(), 2, 10)).size());
    }
  }

  @Test
  void flushOfACleanFileAsksNobody() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      int calls = cluster.nameserver.calls.get();
      assertTrue(vfs.flush(file.handle()).isDone());
      assertEquals(calls, cluster.nameserver.calls.get());
    }
  }

  @Test
  void aCachedReadCompletesOnTheCallingThread() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[200_000]);
      get(vfs.flush(file.handle()));
      read(vfs, file.handle(), 0, 4096);
      CompletableFuture<ByteBuf> second = vfs.read(file.handle(), 4096, 4096);
      assertTrue(second.isDone());
      second.join().release();
    }
  }

  @Test
  void appendsGoToTheEndWhateverTheirOffset() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = get(vfs.create(ROOT, InodeId.ROOT, Name.of("log"), 0644, true, APPEND));
      write(vfs, file.handle(), 0, new byte[] {1, 2});
      write(vfs, file.handle(), 0, new byte[] {3});
      get(vfs.flush(file.handle()));
      write(vfs, file.handle(), 0, new byte[] {4});
      assertArrayEquals(new byte[] {1, 2, 3, 4}, read(vfs, file.handle(), 0, 10));
    }
  }

  private int syncs() {
    return cluster.dataservers.stream().mapToInt(d -> d.syncs.get()).sum();
  }

  private int appends() {
    return cluster.dataservers.stream().mapToInt(d -> d.appends.get()).sum();
  }

  private void assertOnDisk(Opened file) {
    for (Extent e : cluster.nameserver.layout(file.attr().inode())) {
      int onDisk =
          cluster.dataservers.stream()
              .mapToInt(d -> d.onDisk.getOrDefault(e.chunk().value(), 0))
              .max()
              .orElse(0);
      assertTrue(e.chunkOffset() + e.length() <= onDisk, () -> "not on disk: " + e);
    }
  }

  @Test
  void fsyncHasTheLastBytesPutOnDiskAsTheyAreSentAndThenCommits() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[100]);
      get(vfs.fsync(file.handle(), false));
      assertOnDisk(file);
      assertEquals(1, cluster.nameserver.commits.get());
      assertEquals(1, appends());
      assertEquals(0, syncs());
    }
  }

  @Test
  void fsyncSyncsTheChunksOfWhatWasSentBefore() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[100]);
      get(vfs.flush(file.handle()));
      get(vfs.fsync(file.handle(), false));
      assertOnDisk(file);
      assertEquals(1, syncs());
      write(vfs, file.handle(), 0, new byte[3 << 20]);
      write(vfs, file.handle(), 5 << 20, new byte[1000]);
      get(vfs.fsync(file.handle(), false));
      assertOnDisk(file);
    }
  }

  @Test
  void whatAFailedServerDidNotPutOnDiskIsPutOnAnothersBeforeFsyncReturns() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[100]);
      cluster.dataservers.forEach(d -> d.appendsToFail.set(1));
      get(vfs.fsync(file.handle(), false));
      assertOnDisk(file);
      assertTrue(appends() > 1);
      assertEquals(0, syncs());
    }
  }

  @Test
  void syncedFilesDoNotShareChunksWithOthers() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened synced = create(vfs, "synced");
      write(vfs, synced.handle(), 0, new byte[100]);
      get(vfs.fsync(synced.handle(), false));
      Opened other = create(vfs, "other");
      write(vfs, other.handle(), 0, new byte[100]);
      get(vfs.flush(other.handle()));
      assertNotEquals(
          cluster.nameserver.layout(synced.attr().inode()).get(0).chunk(),
          cluster.nameserver.layout(other.attr().inode()).get(0).chunk());
    }
  }

  @Test
  void smallWritesThatNobodyWaitsForGoTogether() {
    byte[] bytes = random(new Random(4), 200 * 4096);
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      for (int i = 0; i < 200; i++) {
        int at = i * 77 % 200 * 4096;
        write(vfs, file.handle(), at, Arrays.copyOfRange(bytes, at, at + 4096));
      }
      get(vfs.flush(file.handle()));
      assertTrue(appends() < 20, () -> appends() + " appends");
      assertArrayEquals(bytes, read(vfs, file.handle(), 0, bytes.length));
    }
  }

  @Test
  void manyExtentsAreCommittedInPartsSoThatNoCommitHoldsUpTheNameserver() {
    int pieces = 3500;
    byte[] bytes = random(new Random(5), pieces);
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      for (int i = pieces - 1; i >= 0; i--) {
        write(vfs, file.handle(), i * 2L, Arrays.copyOfRange(bytes, i, i + 1));
      }
      get(vfs.fsync(file.handle(), false));
      int longest = cluster.nameserver.longestCommit.get();
      assertTrue(longest > 100 && longest <= 1000, () -> longest + " extents in a commit");
      assertOnDisk(file);
      byte[] holed = read(vfs, file.handle(), 0, 2 * pieces);
      for (int i = 0; i < pieces; i++) {
        assertEquals(bytes[i], holed[2 * i]);
      }
    }
  }

  @Test
  void smallWritesAreSentSoonThoughNobodyWaits() throws InterruptedException {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[100]);
      write(vfs, file.handle(), 1000, new byte[100]);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (appends() == 0) {
        assertTrue(System.nanoTime() < deadline, "not sent");
        Thread.sleep(10);
      }
    }
  }

  @Test
  void manySmallFilesShareAChunk() {
    try (DfsVfs vfs = cluster.connect()) {
      long[] chunks = new long[20];
      for (int i = 0; i < chunks.length; i++) {
        Opened file = create(vfs, "f" + i);
        write(vfs, file.handle(), 0, new byte[100]);
        get(vfs.release(file.handle()));
        chunks[i] = cluster.nameserver.layout(file.attr().inode()).get(0).chunk().value();
      }
      assertEquals(1, Arrays.stream(chunks).distinct().count());
    }
  }

  @Test
  void moreThanTheDirtyBufferCanBeWrittenAtOnce() {
    byte[] bytes = random(new Random(2), 12 << 20);
    try (DfsVfs vfs = cluster.connect("dirty-buffer=4 MiB")) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, bytes);
      assertArrayEquals(bytes, read(vfs, file.handle(), 0, bytes.length));
      get(vfs.release(file.handle()));
      assertEquals(0, vfs.dirtyBytes());
    }
  }

  @Test
  void aLostDataserverCostsAResendAndNoData() {
    byte[] bytes = random(new Random(3), 5 << 20);
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, Arrays.copyOf(bytes, 1 << 20));
      cluster.dataservers.get(0).stop();
      write(vfs, file.handle(), 0, bytes);
      get(vfs.flush(file.handle()));
      assertArrayEquals(bytes, read(vfs, file.handle(), 0, bytes.length));
    }
  }

  @Test
  void aCorruptReplicaIsReportedAndAnotherOneRead() {
    byte[] bytes = random(new Random(4), 100_000);
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, bytes);
      get(vfs.flush(file.handle()));
      for (FakeDataserver d : cluster.dataservers) {
        d.readsToCorrupt.set(0);
      }
      int first = busiest(vfs, file);
      assertTrue(first >= 0);
      assertArrayEquals(bytes, read(vfs, file.handle(), 0, bytes.length));
      assertEquals(1, cluster.nameserver.reports.get());
    }
  }

  /** Corrupts the next read of one of the members that hold the file's chunk: whichever comes. */
  private int busiest(DfsVfs vfs, Opened file) {
    int group = cluster.nameserver.layout(file.attr().inode()).get(0).chunk().group().value();
    cluster.dataservers.get(group - 1).readsToCorrupt.set(0);
    int sequenceTurn = group - 1;
    cluster.dataservers.get(sequenceTurn).readsToCorrupt.set(1);
    return sequenceTurn;
  }

  @Test
  void aSilentReplicaIsOvertakenByAnother() {
    byte[] bytes = random(new Random(5), 100_000);
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, bytes);
      get(vfs.flush(file.handle()));
      busiest(vfs, file);
      int group = cluster.nameserver.layout(file.attr().inode()).get(0).chunk().group().value();
      cluster.dataservers.get(group - 1).readsToIgnore.set(1);
      assertArrayEquals(bytes, read(vfs, file.handle(), 0, bytes.length));
    }
  }

  @Test
  void aReadWithoutAnyGoodCopyFailsWithEIO() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[1000]);
      get(vfs.flush(file.handle()));
      cluster.dataservers.forEach(d -> d.readsToFail.set(10));
      FsException e = assertThrows(FsException.class, () -> read(vfs, file.handle(), 0, 1000));
      assertEquals(Errno.EIO, e.errno());
    }
  }

  @Test
  void aMutationWhoseAnswerWasLostRunsOnce() {
    try (DfsVfs vfs = cluster.connect()) {
      get(vfs.mkdir(ROOT, InodeId.ROOT, Name.of("warm"), 0755));
      cluster.nameserver.repliesToSwallow.set(1);
      int before = cluster.nameserver.executed.get();
      get(vfs.mkdir(ROOT, InodeId.ROOT, Name.of("d"), 0755));
      assertEquals(1, cluster.nameserver.executed.get() - before);
    }
  }

  @Test
  void withoutANameserverCallsTimeOutWithAnExplanation() {
    try (DfsVfs vfs = cluster.connect("deadline=1 s")) {
      cluster.nameserver.stop();
      FsException e =
          assertThrows(FsException.class, () -> get(vfs.lookup(ROOT, InodeId.ROOT, Name.of("x"))));
      assertEquals(Errno.ETIMEDOUT, e.errno());
      assertTrue(e.getMessage().contains(cluster.nameserver.address.toString()), e.getMessage());
      cluster.nameserver.restart();
    }
  }

  @Test
  void whatWasNotCommittedWhenTheSessionEndedIsReportedOnceAndOtherFilesGoOn() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened lost = create(vfs, "lost");
      Opened kept = create(vfs, "kept");
      write(vfs, lost.handle(), 0, new byte[10]);
      cluster.nameserver.endSessions();
      get(vfs.mkdir(ROOT, InodeId.ROOT, Name.of("d"), 0755));
      FsException e = assertThrows(FsException.class, () -> get(vfs.flush(lost.handle())));
      assertEquals(Errno.EIO, e.errno());
      get(vfs.flush(lost.handle()));
      write(vfs, kept.handle(), 0, new byte[] {1});
      get(vfs.flush(kept.handle()));
      assertArrayEquals(new byte[] {1}, read(vfs, kept.handle(), 0, 10));
      assertEquals(0, vfs.dirtyBytes());
    }
  }

  @Test
  void anUnreachableDataserverFailsTheWriteOnceAfterTheDeadline() {
    try (DfsVfs vfs = cluster.connect("deadline=1 s")) {
      cluster.dataservers.forEach(FakeDataserver::stop);
      Opened file = create(vfs, "f");
      write(vfs, file.handle(), 0, new byte[10]);
      FsException e = assertThrows(FsException.class, () -> get(vfs.flush(file.handle())));
      assertEquals(Errno.EIO, e.errno());
      get(vfs.flush(file.handle()));
      assertEquals(0, vfs.dirtyBytes());
    }
  }

  @Test
  void aNegativeOffsetOrOneBeyondTheLargestFileIsRefused() {
    try (DfsVfs vfs = cluster.connect()) {
      Opened file = create(vfs, "f");
      ByteBuf one = Unpooled.wrappedBuffer(new byte[1]);
      assertErrno(Errno.EFBIG, vfs.write(file.handle(), Long.MAX_VALUE, one));
      assertErrno(Errno.EINVAL, vfs.write(file.handle(), -1, one));
      assertErrno(Errno.EBADF, vfs.write(99, 0, one));
    }
  }

  private static void assertErrno(Errno errno, CompletableFuture<?> future) {
    CompletionException e = assertThrows(CompletionException.class, future::join);
    assertEquals(errno, FsException.of(e).errno());
  }

  @Test
  void aListingHasTheDotsAndEveryEntryOnce() {
    try (DfsVfs vfs = cluster.connect()) {
      for (int i = 0; i < 25; i++) {
        get(vfs.mkdir(ROOT, InodeId.ROOT, Name.of("d" + i), 0755));
      }
      long handle = get(vfs.opendir(ROOT, InodeId.ROOT)).handle();
      java.util.Set<String> seen = new java.util.HashSet<>();
      long cookie = 0;
      while (true) {
        var entries = get(vfs.readdir(handle, cookie, 10));
        if (entries.isEmpty()) {
          break;
        }
        for (Entry e : entries) {
          assertTrue(seen.add(e.name().toString()));
          assertTrue(e.cookie() > cookie);
          cookie = e.cookie();
        }
      }
      assertEquals(27, seen.size());
    }
  }

  @Test
  void aPathFollowsLinksAndSeesOwnChangesAtOnce() {
    try (DfsVfs vfs = cluster.connect()) {
      Attr a = get(vfs.mkdir(ROOT, InodeId.ROOT, Name.of("a"), 0755));
      Attr b = get(vfs.mkdir(ROOT, a.inode(), Name.of("b"), 0755));
      get(vfs.symlink(ROOT, InodeId.ROOT, Name.of("l"), "a/./".getBytes()));
      var path = io.dfs.client.meta.PathResolver.split("/l/b".getBytes());
      assertEquals(b.inode(), get(vfs.resolve(ROOT, path, false)).inode());
      get(vfs.rename(ROOT, a.inode(), Name.of("b"), a.inode(), Name.of("c"), 0));
      assertErrno(Errno.ENOENT, vfs.resolve(ROOT, path, false));
    }
  }
}
