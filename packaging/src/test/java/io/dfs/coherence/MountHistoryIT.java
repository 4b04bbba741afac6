package io.dfs.coherence;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.coherence.Linearizer.Operation;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs on several mounts make, look up, replace and remove the same few names, change modes and
 * write the first bytes of files, while servers are killed and a machine freezes for longer than
 * its lease: each name, mode and content is a register, and its recorded history has to be
 * linearizable. What the kernels keep is part of what is tried.
 */
@DisabledIfSystemProperty(
    named = "dfs.engine",
    matches = "jnr",
    disabledReason = "libfuse 2 cannot tell the kernel to forget")
final class MountHistoryIT {
  private static final int MOUNTS = 3;
  private static final int THREADS = 2;
  private static final int REGISTERS = 3;
  private static final int OPERATIONS = 250;
  private static final Cluster.Plan PLAN =
      new Cluster.Plan(3, List.of("lease=15 s"), List.of("reserve=0"));

  /** Starts the nameserver again when it is killed. */
  private static final List<String> KEPT =
      List.of("bash", "-c", "while :; do setpriv --pdeathsig KILL \"$@\"; done", "keeper");

  private final List<List<Operation>> names = histories();
  private final List<List<Operation>> modes = histories();
  private final List<List<Operation>> contents = histories();
  private final AtomicInteger lastNumber = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  private static List<List<Operation>> histories() {
    return IntStream.range(0, REGISTERS)
        .mapToObj(i -> Collections.synchronizedList(new ArrayList<Operation>()))
        .toList();
  }

  /** A mount as the programs of one machine see it. */
  private static final class Machine {
    final Mount mount;
    final List<FileChannel> files = new ArrayList<>();

    /** Read by programs that run, written by who freezes the machine. */
    final ReadWriteLock frozen = new ReentrantReadWriteLock();

    /**
     * A kernel shows a change of this machine before it has returned, and may forget it once more,
     * or only then, when others see it already: who looks at the same time is told nothing.
     */
    final List<ReadWriteLock> changing = new ArrayList<>();

    Machine(Mount mount) {
      this.mount = mount;
    }
  }

  /**
   * Who kills and freezes: a shell from before the first file is opened. A process that this one
   * starts closes its copies of the files that are open here, which waits for the servers.
   */
  private static final class Operator implements AutoCloseable {
    private final Process shell;
    private final BufferedReader answers;

    Operator() throws IOException {
      shell = new ProcessBuilder("bash").redirectError(ProcessBuilder.Redirect.INHERIT).start();
      answers = shell.inputReader();
    }

    void does(String command) throws IOException {
      Writer out = shell.outputWriter();
      out.write(command + "; echo $?\n");
      out.flush();
      assertEquals("0", answers.readLine(), command);
    }

    @Override
    public void close() {
      shell.destroy();
    }
  }

  /** What a program does: its result, or null when it was refused as the register may demand. */
  private interface Call {
    Long run() throws IOException;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void whatProgramsOnSeveralMountsSeeIsLinearizable(long seed) throws Exception {
    try (Cluster cluster = Cluster.start(PLAN, KEPT)) {
      List<Machine> machines = new ArrayList<>();
      for (int m = 0; m < MOUNTS; m++) {
        machines.add(new Machine(cluster.mount()));
      }
      try (Operator operator = new Operator()) {
        for (int i = 0; i < REGISTERS; i++) {
          Files.write(machines.get(0).mount.path("c" + i), new byte[Long.BYTES]);
          Path modes = Files.write(machines.get(0).mount.path("m" + i), new byte[1]);
          Files.setAttribute(modes, "unix:mode", 0);
          for (Machine machine : machines) {
            machine.files.add(FileChannel.open(content(machine, i), READ, WRITE));
            machine.changing.add(new ReentrantReadWriteLock());
          }
        }
        run(cluster, machines, operator, seed);
      } finally {
        for (Machine machine : machines) {
          for (FileChannel file : machine.files) {
            file.close();
          }
        }
      }
    }
    for (int i = 0; i < REGISTERS; i++) {
      check(seed, "name " + i, names.get(i));
      check(seed, "mode " + i, modes.get(i));
      check(seed, "content " + i, contents.get(i));
    }
  }

  private void run(Cluster cluster, List<Machine> machines, Operator operator, long seed)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(MOUNTS * THREADS);
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < MOUNTS * THREADS; t++) {
      Random random = new Random(seed * 100 + t);
      Machine machine = machines.get(t % MOUNTS);
      running.add(
          threads.submit(
              () -> {
                for (int i = 0; i < OPERATIONS; i++) {
                  act(machine, random);
                }
                return null;
              }));
    }
    awaitDone(running, 1);
    operator.does("pkill -KILL -P " + cluster.nameserver().pid());
    awaitDone(running, 2);
    freeze(machines.get((int) (seed % MOUNTS)), operator);
    awaitDone(running, 3);
    operator.does("kill -KILL " + cluster.dataservers().get((int) (seed % 3)).pid());
    try {
      for (Future<?> each : running) {
        each.get(120, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(
          machines.stream().map(m -> m.mount.daemon().logText()).collect(Collectors.joining()), e);
    }
    threads.shutdown();
  }

  /** Until so many fifths of all operations are done, or one has failed. */
  private void awaitDone(List<Future<?>> running, int fifths) throws InterruptedException {
    while (done.get() < MOUNTS * THREADS * OPERATIONS * fifths / 5
        && running.stream().noneMatch(Future::isDone)) {
      Thread.sleep(20);
    }
  }

  /** For longer than its lease, and until its daemon has noticed that. */
  private static void freeze(Machine machine, Operator operator) throws Exception {
    machine.frozen.writeLock().lock();
    try {
      // What is not committed when the lease ends is lost if others write meanwhile, which is told.
      for (FileChannel file : machine.files) {
        file.force(false);
      }
      long daemon = machine.mount.daemon().pid();
      operator.does("kill -STOP " + daemon + "; sleep 7; kill -CONT " + daemon);
      Thread.sleep(1000);
    } finally {
      machine.frozen.writeLock().unlock();
    }
  }

  private static void check(long seed, String what, List<Operation> history) {
    assertTrue(history.size() > 50, what + " has " + history.size() + " operations");
    String stuck = Linearizer.stuckAt(history, 0);
    if (stuck != null) {
      throw new AssertionError("seed " + seed + ", " + what + " is in no order: " + stuck);
    }
  }

  private void act(Machine machine, Random random) throws IOException {
    holding(machine.frozen.readLock(), () -> act(machine, random, random.nextInt(REGISTERS)));
    done.incrementAndGet();
  }

  /** Something that a program does. */
  private interface Act {
    void run() throws IOException;
  }

  private static void holding(Lock lock, Act act) throws IOException {
    lock.lock();
    try {
      act.run();
    } finally {
      lock.unlock();
    }
  }

  private void act(Machine machine, Random random, int register) throws IOException {
    int kind = random.nextInt(16);
    boolean changes = kind <= 3 || kind == 7 || kind == 8;
    ReadWriteLock lock = machine.changing.get(register);
    holding(
        changes ? lock.writeLock() : lock.readLock(),
        () -> {
          switch (kind) {
            case 0 -> make(machine, register);
            case 1 -> replace(machine, register);
            case 2 -> remove(machine, register);
            case 3 -> changeMode(machine, register, 1 + random.nextInt(0777));
            case 4, 5, 6 -> readMode(machine, register);
            case 7, 8 -> write(machine, register, random.nextBoolean());
            case 9, 10, 11 -> read(machine, register, random.nextBoolean());
            default -> look(machine, register);
          }
        });
  }

  /**
   * @param fits what the register may have held, by the result
   * @param then what it holds then
   */
  private static void record(
      List<Operation> history,
      Machine machine,
      String text,
      Call call,
      java.util.function.LongFunction<LongPredicate> fits,
      java.util.function.LongFunction<LongUnaryOperator> then)
      throws IOException {
    long start = System.nanoTime();
    long result = call.run();
    long end = System.nanoTime();
    String where = machine.mount.path().getFileName() + " " + Thread.currentThread().getName();
    history.add(
        new Operation(
            start,
            end,
            where + " " + text + " -> " + result,
            fits.apply(result),
            then.apply(result)));
  }

  // ---- names: a symbolic link tells by its target which one it is

  private static Path name(Machine machine, int i) {
    return machine.mount.path("n" + i);
  }

  private static Path target(long number) {
    return Path.of(Long.toString(number));
  }

  /** Makes a name that did not exist; 0 when it did. */
  private void make(Machine machine, int i) throws IOException {
    long number = lastNumber.incrementAndGet();
    record(
        names.get(i),
        machine,
        "make",
        () -> {
          try {
            Files.createSymbolicLink(name(machine, i), target(number));
            return number;
          } catch (FileAlreadyExistsException e) {
            return 0L;
          }
        },
        made -> was -> (was == 0) == (made != 0),
        made -> was -> made == 0 ? was : made);
  }

  private void replace(Machine machine, int i) throws IOException {
    long number = lastNumber.incrementAndGet();
    Path other = machine.mount.path("other" + number);
    Files.createSymbolicLink(other, target(number));
    record(
        names.get(i),
        machine,
        "replace",
        () -> {
          Files.move(other, name(machine, i), StandardCopyOption.ATOMIC_MOVE);
          return number;
        },
        made -> was -> true,
        made -> was -> made);
  }

  /** 1 when there was one. */
  private void remove(Machine machine, int i) throws IOException {
    record(
        names.get(i),
        machine,
        "remove",
        () -> Files.deleteIfExists(name(machine, i)) ? 1L : 0L,
        gone -> was -> (was != 0) == (gone != 0),
        gone -> was -> 0);
  }

  private void look(Machine machine, int i) throws IOException {
    record(
        names.get(i),
        machine,
        "look",
        () -> {
          try {
            return Long.valueOf(Files.readSymbolicLink(name(machine, i)).toString());
          } catch (NoSuchFileException e) {
            return 0L;
          }
        },
        found -> was -> was == found,
        found -> was -> was);
  }

  // ---- modes

  private void changeMode(Machine machine, int i, int mode) throws IOException {
    record(
        modes.get(i),
        machine,
        "chmod",
        () -> {
          Files.setAttribute(machine.mount.path("m" + i), "unix:mode", mode);
          return (long) mode;
        },
        made -> was -> true,
        made -> was -> made);
  }

  private void readMode(Machine machine, int i) throws IOException {
    record(
        modes.get(i),
        machine,
        "stat",
        () -> 07777L & (Integer) Files.getAttribute(machine.mount.path("m" + i), "unix:mode"),
        mode -> was -> was == mode,
        mode -> was -> was);
  }

  // ---- contents of files, those that stay open and those opened anew

  private static Path content(Machine machine, int i) {
    return machine.mount.path("c" + i);
  }

  private void write(Machine machine, int i, boolean again) throws IOException {
    long number = lastNumber.incrementAndGet();
    record(
        contents.get(i),
        machine,
        again ? "open and write" : "write",
        () -> {
          ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(0, number);
          if (again) {
            try (FileChannel file = FileChannel.open(content(machine, i), WRITE)) {
              file.write(bytes, 0);
            }
          } else {
            machine.files.get(i).write(bytes, 0);
          }
          return number;
        },
        made -> was -> true,
        made -> was -> made);
  }

  private void read(Machine machine, int i, boolean again) throws IOException {
    record(
        contents.get(i),
        machine,
        again ? "open and read" : "read",
        () -> {
          ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
          if (again) {
            try (FileChannel file = FileChannel.open(content(machine, i), READ)) {
              file.read(bytes, 0);
            }
          } else {
            machine.files.get(i).read(bytes, 0);
          }
          return bytes.getLong(0);
        },
        found -> was -> was == found,
        found -> was -> was);
  }
}
