package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Name;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.kv.RocksStore;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Daemon;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The check of a real cluster: says what was damaged, mends it, and is silent where all is well.
 */
class FsckIT {
  private static final List<String> FILES = List.of("a", "b", "c", "e", "f", "g", "h");

  private static Cluster start(String... settings) {
    return Cluster.start(
        new Cluster.Plan(2, List.of(settings), List.of("reserve=0", "inventory-interval=2s")));
  }

  /** A chunk for each file, as they are larger than what shares one. */
  private static void fill(Mount mount) {
    Shell.run(
        mount.path(),
        "mkdir d && cd d && for f in "
            + String.join(" ", FILES)
            + "; do head -c 3000000 /dev/urandom > $f; done; ln -s a link;"
            + " sha256sum * > ../sums");
    // Sealed chunks only: who has them open would go on with them.
    mount.unmount();
    mount.mountAgain();
  }

  private static Shell.Result clean(Cluster cluster) {
    Shell.Result check = cluster.dfs("fsck");
    assertEquals(0, check.exit(), () -> check.out() + check.err());
    return check;
  }

  private static String json(Cluster cluster, int exit, String... options) {
    String[] command = new String[options.length + 2];
    command[0] = "fsck";
    command[1] = "--json";
    System.arraycopy(options, 0, command, 2, options.length);
    Shell.Result check = cluster.dfs(command);
    assertEquals(exit, check.exit(), () -> check.out() + check.err());
    return check.out();
  }

  /** One finding of the kind names the path. */
  private static void assertFound(String json, String kind, String path) {
    assertTrue(
        json.lines()
            .anyMatch(
                line ->
                    line.contains("\"kind\":\"" + kind + "\"")
                        && (path.isEmpty() || line.contains("\"" + path + "\""))),
        () -> kind + " " + path + " in\n" + json);
  }

  /** Changes the nameserver's state behind its back. */
  private static void damage(Cluster cluster, Consumer<Transaction> change) {
    damage(cluster, (tx, view) -> change.accept(tx));
  }

  private static void damage(Cluster cluster, BiConsumer<Transaction, Overlay> change) {
    cluster.nameserver().stop();
    try (KeyValueStore store = RocksStore.open(cluster.directory().resolve("ns/db"), 8 << 20)) {
      Overlay view = new Overlay(store);
      change.accept(new Transaction(view), view);
      store.write(view.changes());
      store.sync();
    }
    cluster.nameserver().start();
    Await.until("the nameserver is back", () -> cluster.status().servers().size() == 2);
  }

  private static InodeId inode(Tables tables, String name) {
    InodeId d = tables.dentry(InodeId.ROOT, Name.of("d")).child();
    return tables.dentry(d, Name.of(name)).child();
  }

  private static ChunkId chunk(Tables tables, String name) {
    InodeId file = inode(tables, name);
    return tables.extents(file.value(), 0, Long.MAX_VALUE, 1).get(0).chunk();
  }

  private static byte[] key(char table, long... numbers) {
    ByteBuffer key = ByteBuffer.allocate(1 + 8 * numbers.length).put((byte) table);
    for (long number : numbers) {
      key.putLong(number);
    }
    return key.array();
  }

  @Test
  void eachDamageOfTheStateIsNamedWithItsFileAndMended() {
    try (Cluster cluster = start("trash=0s", "heartbeat=200ms")) {
      Mount mount = cluster.mount();
      fill(mount);
      mount.unmount();
      clean(cluster);
      damage(
          cluster,
          tx -> {
            InodeId d = tx.dentry(InodeId.ROOT, Name.of("d")).child();
            // A wrong count of live bytes: the chunk would go with the next cut.
            ChunkState a = tx.findChunk(chunk(tx, "a"));
            tx.putChunk(chunk(tx, "a"), new ChunkState(a.live() - 1000, a.length(), a.writer()));
            // A chunk that nothing refers to, and nobody has dropped.
            tx.putRaw(key('K', chunk(tx, "b").value() + 1_000), sealed());
            tx.add(Counter.CHUNKS, 1);
            tx.add(Counter.CHUNK, 2_000);
            // A lost name.
            Dentry c = tx.dentry(d, Name.of("c"));
            tx.deleteDentry(d, Name.of("c"), c);
            // Wrong counts.
            tx.putInode(tx.inode(inode(tx, "e")).edit().nlink(4).addAllocated(5).done());
            tx.add(Counter.INODES, 7);
            // What would never go.
            tx.putKept(chunk(tx, "g"), Long.MAX_VALUE);
            tx.putWriting(new SessionId(4444), chunk(tx, "g"));
            Lock lock = new Lock(Lock.Kind.FLOCK, Lock.Type.WRITE, 1, 0, 9, 1);
            tx.putLocks(
                inode(tx, "g"), LockList.decode(null).with(new SessionId(4444), lock).encode());
            tx.putOrphan(inode(tx, "h"));
          });
      cluster.awaitOnline(2);
      String found = json(cluster, 1);
      assertFound(found, "chunk-bytes", "/d/a");
      assertFound(found, "chunk-leak", "");
      assertFound(found, "unreachable", "");
      assertFound(found, "directory-count", "/d");
      assertFound(found, "link-count", "/d/e");
      assertFound(found, "file-bytes", "/d/e");
      assertFound(found, "counter", "");
      assertFound(found, "chunk-kept", "");
      assertFound(found, "writer", "");
      assertFound(found, "lock", "/d/g");
      assertFound(found, "orphan", "/d/h");
      json(cluster, 0, "--repair");
      clean(cluster);
      mount.mountAgain();
      Shell.run(mount.path(), "mv 'lost+found/'* d/c && cd d && sha256sum --quiet -c ../sums");
    }
  }

  private static byte[] sealed() {
    return ByteBuffer.allocate(21).put((byte) 1).array();
  }

  @Test
  void aLostInodeAndALostRecordOfAChunkAreToldAsLossAndWhatIsLeftIsSaved() {
    try (Cluster cluster = start("trash=0s", "heartbeat=200ms")) {
      Mount mount = cluster.mount();
      fill(mount);
      mount.unmount();
      cluster.dataservers().forEach(Daemon::kill);
      damage(
          cluster,
          (tx, view) -> {
            // Its bytes are garbage at the next inventory, so the dataservers are kept away.
            view.delete(key('K', chunk(tx, "b").value()));
            tx.add(Counter.CHUNKS, -1);
            view.delete(key('I', inode(tx, "h").value()));
            tx.add(Counter.INODES, -1);
          });
      String found = json(cluster, 1, "--no-copies");
      assertFound(found, "chunk-record", "/d/b");
      assertFound(found, "entry-without-inode", "/d");
      assertFound(found, "extent-leak", "");
      json(cluster, 0, "--repair", "--no-copies");
      cluster.dataservers().forEach(Daemon::start);
      cluster.awaitOnline(2);
      clean(cluster);
      mount.mountAgain();
      Shell.run(
          mount.path(), "cd d && ! test -e h && grep -v ' h$' ../sums | sha256sum --quiet -c");
    }
  }

  @Test
  void copiesThatAreMissingAreNamedWithTheirFilesAndGoneWhenRepairHasMadeThem() {
    try (Cluster cluster =
        start("trash=0s", "heartbeat=200ms", "suspect=2s", "offline=4s", "repair-after=10m")) {
      Mount mount = cluster.mount();
      fill(mount);
      assertEquals(0, cluster.dfs("repair", "pause").exit());
      Daemon victim = cluster.dataservers().get(0);
      Path chunks = cluster.directory().resolve("ds1/chunks");
      victim.kill();
      Await.until(
          "its absence is seen",
          () ->
              cluster.status().servers().stream()
                  .anyMatch(s -> s.state() == ServerInfo.State.OFFLINE));
      assertFound(json(cluster, 1), "server", "");
      String lost = largest(chunks);
      Shell.run(chunks, "rm " + lost);
      victim.start();
      cluster.awaitOnline(2);
      String found = json(cluster, 1);
      assertFound(found, "copy", "");
      assertTrue(found.contains("\"/d/"), found);
      String mended = json(cluster, 1, "--repair");
      assertTrue(mended.contains("\"mended\":0"), "copies are for repair\n" + mended);
      assertEquals(0, cluster.dfs("repair", "resume").exit());
      Await.until("it is made again", () -> cluster.dfs("fsck").exit() == 0);

      // Both copies: nobody can make them again.
      cluster.dataservers().forEach(Daemon::kill);
      Shell.run(cluster.directory(), "rm ds1/chunks/" + lost + " ds2/chunks/" + lost);
      cluster.dataservers().forEach(Daemon::start);
      cluster.awaitOnline(2);
      String gone = json(cluster, 1);
      assertFound(gone, "chunk-lost", "");
      assertTrue(gone.contains("\"loss\":true") && gone.contains("\"/d/"), gone);
    }
  }

  private static String largest(Path chunks) {
    return Shell.run(chunks, "find . -name '*.chunk' -size +2M | sort | head -1").strip();
  }

  @Test
  void nothingIsFoundWhileProgramsWorkAndCompactionAndTheTrashDoTheirs() {
    try (Cluster cluster =
        start(
            "heartbeat=200ms",
            "compact-interval=1s",
            "compact-age=0s",
            "compact-grace=1s",
            "compact-rate=1GiB")) {
      Mount mount = cluster.mount();
      Mount other = cluster.mount();
      AtomicBoolean stop = new AtomicBoolean();
      List<CompletableFuture<Void>> load =
          List.of(
              CompletableFuture.runAsync(() -> work(mount, "x", stop)),
              CompletableFuture.runAsync(() -> work(other, "y", stop)));
      try {
        for (int i = 0; i < 15; i++) {
          clean(cluster);
        }
      } finally {
        stop.set(true);
      }
      load.forEach(CompletableFuture::join);
      clean(cluster);
    }
  }

  private static void work(Mount mount, String name, AtomicBoolean stop) {
    Shell.run(mount.path(), "mkdir " + name);
    while (!stop.get()) {
      Shell.run(
          mount.path(name),
          "mkdir -p t/u && for i in 1 2 3 4 5 6 7 8; do head -c ${i}0000 /dev/urandom > t/f$i;"
              + " ln -f t/f$i t/u/l$i; done; mv t/f1 t/f2; truncate -s 5000 t/f3; echo more >>"
              + " t/f4; dd if=/dev/urandom of=t/f5 bs=1000 seek=7 count=3 conv=notrunc,fsync"
              + " status=none; cp --reflink=auto t/f6 t/copy; ln -s f7 t/s; flock t/f8 cat t/f8"
              + " > /dev/null; head -c 5000000 /dev/urandom > t/large; rm t/f7; rm -rf t");
    }
  }
}
