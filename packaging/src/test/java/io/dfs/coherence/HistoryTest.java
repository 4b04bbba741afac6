package io.dfs.coherence;

import static io.dfs.coherence.InProcess.get;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.coherence.Linearizer.Operation;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several clients with caches make, look up, change and remove the same few names and files, while
 * the nameserver is restarted: every name, every mode and the first bytes of every file are a
 * register, and its recorded history has to be linearizable. Nothing that is written is closed or
 * flushed before others look for it.
 */
final class HistoryTest {
  private static final Caller ROOT = Caller.ROOT;
  private static final int CLIENTS = 3;
  private static final int THREADS = 2;
  private static final int OPERATIONS = 400;
  private static final int REGISTERS = 3;

  @TempDir Path directory;
  private final List<List<Operation>> names = histories();
  private final List<List<Operation>> modes = histories();
  private final List<List<Operation>> contents = histories();
  private final Map<DfsVfs, long[]> handles = new IdentityHashMap<>();
  private final AtomicInteger written = new AtomicInteger();
  private InodeId[] files = {};

  private static List<List<Operation>> histories() {
    return IntStream.range(0, REGISTERS)
        .mapToObj(i -> Collections.synchronizedList(new ArrayList<Operation>()))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatClientsSeeOfEachOthersChangesIsLinearizableOverRestarts(long seed) throws Exception {
    try (InProcess cluster = new InProcess(directory.resolve("ns"), "lease=9 s", "replicas=1")) {
      cluster.addDataserver(directory.resolve("ds"));
      List<DfsVfs> clients = IntStream.range(0, CLIENTS).mapToObj(i -> cluster.client()).toList();
      files =
          IntStream.range(0, REGISTERS)
              .mapToObj(i -> clients.get(0).mknod(ROOT, InodeId.ROOT, file(i), REG, 0, 0))
              .map(made -> get(made).inode())
              .toArray(InodeId[]::new);
      for (DfsVfs client : clients) {
        handles.put(
            client,
            IntStream.range(0, REGISTERS)
                .mapToLong(i -> get(client.open(ROOT, files[i], OpenMode.READ_WRITE)).handle())
                .toArray());
      }
      ExecutorService threads = Executors.newFixedThreadPool(CLIENTS * THREADS);
      List<Future<Void>> running = new ArrayList<>();
      for (int t = 0; t < CLIENTS * THREADS; t++) {
        Random random = new Random(seed * 100 + t);
        DfsVfs client = clients.get(t % CLIENTS);
        running.add(threads.submit(work(client, random)));
      }
      Thread.sleep(300 + 100 * seed);
      cluster.stop();
      cluster.start();
      for (Future<Void> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
      threads.shutdown();
    }
    for (int i = 0; i < REGISTERS; i++) {
      check(seed, "name " + i, names.get(i));
      check(seed, "mode " + i, modes.get(i));
      check(seed, "content " + i, contents.get(i));
    }
  }

  private static final FileType REG = FileType.REGULAR;

  private static Name file(int i) {
    return Name.of("file" + i);
  }

  private static void check(long seed, String what, List<Operation> history) {
    assertTrue(history.size() > 100, what + " has " + history.size() + " operations");
    String stuck = Linearizer.stuckAt(history, 0);
    if (stuck != null) {
      throw new AssertionError("seed " + seed + ", " + what + " is in no order: " + stuck);
    }
  }

  private Callable<Void> work(DfsVfs client, Random random) {
    return () -> {
      for (int i = 0; i < OPERATIONS; i++) {
        int register = random.nextInt(REGISTERS);
        // Mostly questions, so that there is something in the caches.
        switch (random.nextInt(15)) {
          case 0 -> make(client, register);
          case 1 -> remove(client, register);
          case 2 -> change(client, register, 1 + random.nextInt(0777));
          case 3, 4, 5 -> readMode(client, register);
          case 10, 11 -> write(client, register);
          case 12, 13, 14 -> read(client, register);
          default -> look(client, register);
        }
      }
      return null;
    };
  }

  /** What an operation found or made: an inode, a mode, or 0 for nothing. */
  private void record(
      List<Operation> history,
      String text,
      Supplier<Long> operation,
      Errno expected,
      LongPredicate fitsFailure,
      java.util.function.LongFunction<LongPredicate> fits,
      java.util.function.LongFunction<LongUnaryOperator> then) {
    long start = System.nanoTime();
    try {
      long result = operation.get();
      long end = System.nanoTime();
      history.add(
          new Operation(
              start,
              end,
              Thread.currentThread().getName() + " " + text + " -> " + result,
              fits.apply(result),
              then.apply(result)));
    } catch (FsException e) {
      long end = System.nanoTime();
      if (e.errno() != expected) {
        throw e;
      }
      history.add(
          new Operation(
              start,
              end,
              Thread.currentThread().getName() + " " + text + " -> " + expected,
              fitsFailure,
              was -> was));
    }
  }

  private void make(DfsVfs client, int i) {
    record(
        names.get(i),
        "make",
        () -> get(client.mknod(ROOT, InodeId.ROOT, Name.of("n" + i), REG, 0644, 0)).inode().value(),
        Errno.EEXIST,
        was -> was != 0,
        made -> was -> was == 0,
        made -> was -> made);
  }

  private void remove(DfsVfs client, int i) {
    record(
        names.get(i),
        "remove",
        () -> get(client.unlink(ROOT, InodeId.ROOT, Name.of("n" + i))).inode().value(),
        Errno.ENOENT,
        was -> was == 0,
        gone -> was -> was == gone,
        gone -> was -> 0);
  }

  private void look(DfsVfs client, int i) {
    record(
        names.get(i),
        "look",
        () -> get(client.lookup(ROOT, InodeId.ROOT, Name.of("n" + i))).inode().value(),
        Errno.ENOENT,
        was -> was == 0,
        found -> was -> was == found,
        found -> was -> was);
  }

  private void change(DfsVfs client, int i, int mode) {
    record(
        modes.get(i),
        "change",
        () -> (long) get(client.setattr(ROOT, files[i], AttrChange.mode(mode))).mode(),
        Errno.ENOENT,
        was -> false,
        made -> was -> true,
        made -> was -> made);
  }

  private void readMode(DfsVfs client, int i) {
    record(
        modes.get(i),
        "read",
        () -> (long) get(client.getattr(files[i])).mode(),
        Errno.ENOENT,
        was -> false,
        mode -> was -> was == mode,
        mode -> was -> was);
  }

  /** A number that nothing else writes; the file never becomes shorter than one. */
  private void write(DfsVfs client, int i) {
    long number = written.incrementAndGet();
    record(
        contents.get(i),
        "write",
        () -> {
          ByteBuf bytes = Unpooled.buffer(Long.BYTES).writeLong(number);
          get(client.write(handle(client, i), 0, bytes));
          return number;
        },
        Errno.ENOENT,
        was -> false,
        made -> was -> true,
        made -> was -> made);
  }

  private void read(DfsVfs client, int i) {
    record(
        contents.get(i),
        "read",
        () -> {
          ByteBuf bytes = get(client.read(handle(client, i), 0, Long.BYTES));
          try {
            return bytes.isReadable() ? bytes.readLong() : 0;
          } finally {
            bytes.release();
          }
        },
        Errno.ENOENT,
        was -> false,
        found -> was -> was == found,
        found -> was -> was);
  }

  private long handle(DfsVfs client, int i) {
    long[] open = handles.get(client);
    return open == null ? -1 : open[i];
  }
}
