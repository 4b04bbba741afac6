package io.dfs.coherence;

import static io.dfs.coherence.InProcess.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.ClientConfig;
import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs.Invalidations;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.client.vfs.VfsState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Name;
import io.dfs.system.kit.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client whose session, open files, locks and lease go on in another one. */
final class TakenOverTest {
  private static final Caller ROOT = Caller.ROOT;
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Name FILE = Name.of("f");

  @TempDir Path directory;
  private InProcess cluster;
  private DfsVfs old;
  private DfsVfs other;
  private DfsVfs heir;

  @BeforeEach
  void start() {
    cluster = new InProcess(directory.resolve("ns"), "lease=60 s");
    old = cluster.client();
    other = cluster.client();
    Await.until("leases", () -> old.trustMs() > 0 && other.trustMs() > 0);
    heir = DfsVfs.heir(ClientConfig.of(cluster.address()), "heir");
  }

  @AfterEach
  void stop() {
    heir.close();
    cluster.close();
  }

  /** Notes what a kernel is told, and whether a change was answered by then. */
  private static final class Kernel implements Invalidations {
    final Map<InodeId, Boolean> told = new ConcurrentHashMap<>();
    volatile CompletableFuture<?> change = new CompletableFuture<>();

    @Override
    public void inode(InodeId inode, boolean data) {
      told.put(inode, change.isDone());
    }

    @Override
    public void entry(InodeId parent, Name name, InodeId child) {
      told.put(parent, change.isDone());
    }

    @Override
    public CompletableFuture<Void> settled() {
      return CompletableFuture.completedFuture(null);
    }
  }

  private VfsState hold() throws IOException, InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    old.hold(LIMIT).write(new DataOutputStream(bytes));
    return VfsState.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
  }

  private void takeOver(VfsState state, Kernel kernel) {
    heir.takeOver(state, InodeId.ROOT);
    serve(kernel);
  }

  private void serve(Kernel kernel) {
    old.leave();
    old.close();
    heir.stay();
    heir.listen(kernel);
    heir.takeOverLease();
  }

  private Opened make() {
    return get(old.create(ROOT, InodeId.ROOT, FILE, 0644, true, OpenMode.READ_WRITE));
  }

  @Test
  void whatAnotherClientChangesMeanwhileTheKernelIsToldBeforeThatOneIsAnswered() throws Exception {
    // Not open: of open files the kernel is told by other ways too.
    Attr file = get(old.mknod(ROOT, InodeId.ROOT, FILE, FileType.REGULAR, 0644, 0));
    Kernel kernel = new Kernel();
    VfsState state = hold();
    heir.takeOver(state, InodeId.ROOT);
    kernel.change = other.setattr(ROOT, file.inode(), AttrChange.mode(0600));
    serve(kernel);
    get(kernel.change);
    assertEquals(false, kernel.told.get(file.inode()), kernel.told::toString);
    assertEquals(0600, get(heir.getattr(file.inode())).mode() & 07777);
  }

  @Test
  void openFilesLiveOnWithoutANameAndLocksAreKeptUntilTheyAreFreed() throws Exception {
    Opened file = make();
    Lock lock = new Lock(Lock.Kind.FLOCK, Lock.Type.WRITE, 7, 0, Long.MAX_VALUE, 1);
    get(old.setlk(file.handle(), lock, false));
    long theirs = get(other.open(ROOT, file.attr().inode(), OpenMode.READ_WRITE)).handle();
    get(old.unlink(ROOT, InodeId.ROOT, FILE));
    takeOver(hold(), new Kernel());

    assertEquals(0, get(heir.getattr(file.handle())).nlink());
    assertEquals(Errno.EAGAIN, refusal(other.setlk(theirs, lock, false)));
    get(heir.release(file.handle()));
    get(other.setlk(theirs, lock, false));
    get(other.release(theirs));
    DfsVfs asking = cluster.client("attribute-ttl=0s");
    Await.until(
        "the file gone",
        () -> {
          try {
            get(asking.getattr(file.attr().inode()));
            return false;
          } catch (FsException e) {
            return e.errno() == Errno.ENOENT;
          }
        });
  }

  private static Errno refusal(CompletableFuture<?> operation) {
    return assertThrows(FsException.class, () -> get(operation)).errno();
  }

  @Test
  void newHandlesAndChangesGoOnWhereTheOthersEnded() throws Exception {
    Opened file = make();
    takeOver(hold(), new Kernel());
    Name second = Name.of("g");
    Opened made = get(heir.create(ROOT, InodeId.ROOT, second, 0644, true, OpenMode.READ_WRITE));
    assertTrue(made.handle() > file.handle());
    assertEquals(made.attr().inode(), get(other.lookup(ROOT, InodeId.ROOT, second)).inode());
    get(heir.release(made.handle()));
    get(heir.release(file.handle()));
  }

  @Test
  void whatNobodyTakesOverChangesNothingWhileHeldAndGoesOn() throws Exception {
    Attr file = make().attr();
    hold();
    CompletableFuture<Attr> made = old.mkdir(ROOT, InodeId.ROOT, Name.of("d"), 0755);
    // Asked later than that, and answered.
    assertEquals(Errno.ENOENT, refusal(other.lookup(ROOT, InodeId.ROOT, Name.of("d"))));
    assertFalse(made.isDone());
    old.goOn();
    get(made);
    get(other.setattr(ROOT, file.inode(), AttrChange.mode(0600)));
    assertEquals(0600, get(old.getattr(file.inode())).mode() & 07777);
  }

  @Test
  void aSessionThatHasEndedIsNotTakenOver() throws Exception {
    make();
    VfsState state = hold();
    old.goOn();
    old.close();
    assertEquals(
        Errno.ESTALE,
        assertThrows(FsException.class, () -> heir.takeOver(state, InodeId.ROOT)).errno());
  }
}
