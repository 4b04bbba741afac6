package io.dfs.coherence;

import static io.dfs.coherence.InProcess.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.system.kit.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Two clients of one nameserver: what one caches, and what it sees of the other's changes. */
final class CoherentCachesTest {
  private static final Caller ROOT = Caller.ROOT;

  /** Of sessions that a test lets end; a third of it is the lease of caches. */
  private static final int SHORT_LEASE_MS = 6000;

  @TempDir static Path directory;

  /** For all tests that let the nameserver and its clients alone. */
  private static Pair shared;

  private Pair own;
  private InProcess cluster;
  private DfsVfs here;
  private DfsVfs there;

  /** A directory of this test alone, made by {@link #there}. */
  private InodeId root;

  /** A nameserver and two clients that trust what they have from it. */
  private record Pair(InProcess cluster, DfsVfs here, DfsVfs there) {
    static Pair start(String name, int leaseMs) {
      InProcess cluster = new InProcess(directory.resolve(name), "lease=" + leaseMs + " ms");
      return new Pair(cluster, trusting(cluster.client()), trusting(cluster.client()));
    }
  }

  private static DfsVfs trusting(DfsVfs client) {
    Await.until("a lease", () -> client.trustMs() > 0);
    return client;
  }

  /** Its lease must not end by itself where much else is to be done. */
  @BeforeAll
  static void startShared() {
    shared = Pair.start("shared", 12_000);
  }

  @AfterAll
  static void stopShared() {
    shared.cluster.close();
  }

  @BeforeEach
  void useShared(TestInfo test) {
    use(shared, test.getTestMethod().orElseThrow().getName());
  }

  /** Leaves the shared nameserver for one that a test may do harm to. */
  private void useOwn(int leaseMs) {
    own = Pair.start("own" + System.nanoTime(), leaseMs);
    use(own, "own");
  }

  private void use(Pair pair, String directoryName) {
    cluster = pair.cluster;
    here = pair.here;
    there = pair.there;
    root = get(there.mkdir(ROOT, InodeId.ROOT, Name.of(directoryName), 0755)).inode();
  }

  @AfterEach
  void stopOwn() {
    if (own != null) {
      own.cluster.close();
    }
  }

  private Attr make(Vfs vfs, String name) {
    return make(vfs, root, name);
  }

  private static Attr make(Vfs vfs, InodeId parent, String name) {
    return get(vfs.mknod(ROOT, parent, Name.of(name), FileType.REGULAR, 0644, 0));
  }

  private CompletableFuture<Attr> look(Vfs vfs, String name) {
    return look(vfs, root, name);
  }

  private static CompletableFuture<Attr> look(Vfs vfs, InodeId parent, String name) {
    return vfs.lookup(ROOT, parent, Name.of(name));
  }

  /** Whether it was answered without asking: else another thread completes it. */
  private static boolean isCached(CompletableFuture<?> answer) {
    boolean done = answer.isDone();
    try {
      get(answer);
    } catch (FsException e) {
      assertEquals(Errno.ENOENT, e.errno());
    }
    return done;
  }

  private static Errno failure(CompletableFuture<?> answer) {
    return assertThrows(FsException.class, () -> get(answer)).errno();
  }

  @Test
  void whatWasListedOrMadeIsLookedUpWithoutAsking() {
    for (int i = 0; i < 10; i++) {
      make(there, "f" + i);
    }
    Opened listing = get(here.opendir(ROOT, root));
    assertEquals(12, get(here.readdirPlus(listing.handle(), 0, 100)).size());
    for (int i = 0; i < 10; i++) {
      CompletableFuture<Attr> attr = look(here, "f" + i);
      assertTrue(isCached(attr));
      assertTrue(isCached(here.getattr(attr.join().inode())));
      assertTrue(isCached(look(there, "f" + i)));
    }
  }

  @Test
  void whoLooksUpOneNameAfterAnotherIsToldOfThoseThatFollowUntilTheyAreChanged() {
    for (int i = 10; i < 60; i++) {
      make(there, "f" + i);
    }
    assertFalse(isCached(look(here, "f10")));
    assertFalse(isCached(look(here, "f11")));
    int questions = 0;
    for (int i = 12; i < 60; i++) {
      questions += isCached(look(here, "f" + i)) ? 0 : 1;
    }
    assertTrue(questions < 5, questions + " questions for 48 names");
    Attr file = get(look(there, "f50"));
    get(there.setattr(ROOT, file.inode(), AttrChange.mode(0600)));
    assertEquals(0600, get(look(here, "f50")).mode());
    get(there.unlink(ROOT, root, Name.of("f51")));
    assertEquals(Errno.ENOENT, failure(look(here, "f51")));
    Attr made = make(there, "f510");
    assertEquals(made.inode(), get(look(here, "f510")).inode());
  }

  @Test
  void thatANameDoesNotExistIsKnownUntilAnotherClientMakesIt() {
    assertEquals(Errno.ENOENT, failure(look(here, "f")));
    assertTrue(isCached(look(here, "f")));
    InodeId made = make(there, "f").inode();
    assertEquals(made, get(look(here, "f")).inode());
    assertTrue(isCached(look(here, "f")));
    get(there.unlink(ROOT, root, Name.of("f")));
    assertEquals(Errno.ENOENT, failure(look(here, "f")));
  }

  @Test
  void ofADirectoryMadeOrListedHereItIsKnownWhatItLacksUntilAnotherClientMakesIt() {
    InodeId made = get(here.mkdir(ROOT, root, Name.of("made"), 0755)).inode();
    InodeId listed = get(there.mkdir(ROOT, root, Name.of("listed"), 0755)).inode();
    make(there, listed, "present");
    Opened directory = get(here.opendir(ROOT, listed));
    for (long cookie = 0; cookie >= 0; ) {
      var page = get(here.readdirPlus(directory.handle(), cookie, 1));
      cookie = page.isEmpty() ? -1 : page.get(page.size() - 1).entry().cookie();
    }
    for (InodeId parent : List.of(made, listed)) {
      assertTrue(isCached(look(here, parent, "f")), "no question for what is not there");
      assertEquals(Errno.ENOENT, failure(look(here, parent, "f")));
      make(here, parent, "mine");
      assertTrue(isCached(look(here, parent, "g")), "nor after a change from here");
      Attr theirs = make(there, parent, "f");
      assertEquals(theirs.inode(), get(look(here, parent, "f")).inode());
      assertEquals(Errno.ENOENT, failure(look(here, parent, "g")));
      assertEquals(Errno.ENAMETOOLONG, failure(look(here, parent, "x".repeat(256))));
    }
    assertEquals(Errno.ENOENT, failure(look(there, listed, "h")));
    get(there.lookup(ROOT, listed, Name.of("present")));
  }

  @Test
  void thatAFileHasNoExtendedAttributesIsKnownUntilAnotherClientSetsOne() {
    InodeId file = make(here, "f").inode();
    Name name = Name.of("user.a");
    CompletableFuture<byte[]> none = here.getxattr(ROOT, file, name);
    assertTrue(none.isDone(), "no question for what is not there");
    assertEquals(Errno.ENODATA, failure(none));
    assertEquals(List.of(), get(here.listxattr(ROOT, file)));
    get(there.setxattr(ROOT, file, name, new byte[] {7}, 0));
    assertEquals(List.of(name), get(here.listxattr(ROOT, file)));
    assertEquals(7, get(here.getxattr(ROOT, file, name))[0]);
    assertEquals(7, get(there.getxattr(ROOT, file, name))[0]);
  }

  @Test
  void changesOfAnotherClientAreSeenWhenItHasItsAnswer() {
    Attr file = make(here, "f");
    for (int mode = 0600; mode < 0700; mode++) {
      assertEquals(file.inode(), get(look(here, "f")).inode());
      get(there.setattr(ROOT, file.inode(), AttrChange.mode(mode)));
      assertEquals(mode, get(here.getattr(file.inode())).mode());
      assertEquals(mode, get(look(here, "f")).mode());
    }
    get(there.rename(ROOT, root, Name.of("f"), root, Name.of("g"), 0));
    assertEquals(Errno.ENOENT, failure(look(here, "f")));
    assertEquals(file.inode(), get(look(here, "g")).inode());
  }

  /** Both at once, as each goes only when leases have run out. */
  @Test
  void aFileIsOpenedAndClosedWithoutAskingAndLivesOnWhenAnotherOrTheSameClientUnlinksIt() {
    InodeId byAnother = openAndUnlinkByAnother("f");
    InodeId bySame = openAndUnlinkBySame("g");
    Await.until("the file that another unlinked to go", () -> isGone(byAnother));
    Await.until("the file that the same unlinked to go", () -> isGone(bySame));
  }

  private InodeId openAndUnlinkByAnother(String name) {
    Attr file = make(there, name);
    get(look(here, name));
    CompletableFuture<Opened> open = here.open(ROOT, root, Name.of(name), OpenMode.READ);
    assertTrue(isCached(open));
    get(there.unlink(ROOT, root, Name.of(name)));
    assertEquals(0, get(here.getattr(open.join().handle())).nlink());
    assertEquals(Errno.ENOENT, failure(here.open(ROOT, root, Name.of(name), OpenMode.READ)));
    get(here.release(open.join().handle()));
    return file.inode();
  }

  private InodeId openAndUnlinkBySame(String name) {
    Attr file = make(here, name);
    CompletableFuture<Opened> open = here.open(ROOT, file.inode(), OpenMode.READ);
    assertTrue(isCached(open));
    get(here.unlink(ROOT, root, Name.of(name)));
    assertEquals(0, get(there.getattr(file.inode())).nlink());
    assertEquals(0, get(here.getattr(open.join().handle())).nlink());
    get(here.release(open.join().handle()));
    return file.inode();
  }

  private boolean isGone(InodeId inode) {
    try {
      get(there.getattr(inode));
      return false;
    } catch (FsException e) {
      return e.errno() == Errno.ENOENT;
    }
  }

  @Test
  void theEngineIsToldBeforeTheChangeIsAnswered() {
    Set<String> told = ConcurrentHashMap.newKeySet();
    here.listen(
        new Vfs.Invalidations() {
          @Override
          public void inode(InodeId inode, boolean data) {
            told.add(inode + (data ? " with data" : ""));
          }

          @Override
          public void entry(InodeId parent, Name name, InodeId child) {
            told.add(parent + "/" + name + " was " + child);
          }
        });
    Attr file = make(there, "f");
    get(look(here, "f"));
    get(there.setattr(ROOT, file.inode(), AttrChange.mode(0600)));
    assertTrue(told.contains(file.inode().toString()), told.toString());
    get(there.unlink(ROOT, root, Name.of("f")));
    assertTrue(told.contains(root + "/f was " + file.inode()), told.toString());
  }

  @Test
  void aClientThatFallsSilentHoldsOthersUpForOneLease() throws Exception {
    useOwn(SHORT_LEASE_MS);
    Attr file = make(here, "f");
    try (SilentClient silent = new SilentClient(cluster.address())) {
      silent.ask(new Query.GetAttr(file.inode(), silent.session()));
      long start = System.nanoTime();
      get(here.setattr(ROOT, file.inode(), AttrChange.mode(0600)));
      long first = (System.nanoTime() - start) / 1_000_000;
      assertTrue(first > SHORT_LEASE_MS / 3 / 2, first + " ms");
      assertTrue(first < SHORT_LEASE_MS, first + " ms");
      start = System.nanoTime();
      get(here.setattr(ROOT, file.inode(), AttrChange.mode(0644)));
      long second = (System.nanoTime() - start) / 1_000_000;
      assertTrue(second < SHORT_LEASE_MS / 3 / 2, second + " ms");
    }
  }

  @Test
  void afterARestartOfTheNameserverNothingOldIsSeenAndNobodyWaitsLong() {
    useOwn(12_000);
    Attr file = make(here, "f");
    get(look(there, "f"));
    for (int mode = 0600; mode < 0603; mode++) {
      cluster.stop();
      cluster.start();
      get(here.setattr(ROOT, file.inode(), AttrChange.mode(mode)));
      assertEquals(mode, get(there.getattr(file.inode())).mode());
      assertEquals(mode, get(look(there, "f")).mode());
    }
    Await.until("a lease", () -> isCached(look(there, "f")));
  }

  @Test
  void withoutTheNameserverNothingIsTrustedLongerThanTheLease() throws Exception {
    useOwn(SHORT_LEASE_MS);
    make(here, "f");
    get(look(there, "f"));
    cluster.stop();
    try {
      assertTrue(isCached(look(there, "f")));
      assertTrue(there.trustMs() > 0);
      Await.until("the end of the lease", () -> there.trustMs() == 0);
      assertFalse(look(there, "f").isDone());
    } finally {
      cluster.start();
    }
    assertEquals(1, get(look(there, "f")).nlink());
  }
}
