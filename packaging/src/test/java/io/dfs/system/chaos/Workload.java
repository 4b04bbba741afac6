package io.dfs.system.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A program that changes files in a folder of a mount and knows what each must hold. Confined to a
 * thread while it runs; any failure ends it and is kept.
 *
 * <p>{@link #main} makes it a process of its own, as a {@link WorkloadProcess} wants it: whoever
 * starts daemons must have no file of a mount open, since the child made for the start inherits it
 * and closes it, which waits for the very daemon that is to be started.
 */
final class Workload implements Runnable {
  private static final int MAX_FILES = 40;
  private static final int MAX_BYTES = 2 << 20;

  private final Path folder;
  private final Random random;
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private volatile boolean stopped;
  private volatile int operations;
  private int names;

  private Workload(Path folder, long seed) {
    this.folder = folder;
    this.random = new Random(seed);
  }

  /**
   * Arguments: the folder and the seed. Reads {@code stop} and {@code verify PATH}, one in a line,
   * and answers {@code stopped OPERATIONS}, {@code verified} or, at any moment, {@code failed WHY}.
   * The end of its input ends it.
   */
  public static void main(String[] args) throws Exception {
    Workload workload = new Workload(Path.of(args[0]), Long.parseLong(args[1]));
    Thread thread = new Thread(workload, "workload");
    thread.start();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      if (line.equals("stop")) {
        workload.stopped = true;
        thread.join();
        System.out.println("stopped " + workload.operations);
      } else {
        System.out.println(workload.verdict(Path.of(line.substring("verify ".length()))));
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private String verdict(Path seen) {
    try {
      verifyAll(seen);
      return "verified";
    } catch (RuntimeException | AssertionError e) {
      return "failed " + e;
    }
  }

  @Override
  public void run() {
    String doing = "making " + folder;
    try {
      Files.createDirectories(folder);
      while (!stopped) {
        int choice = random.nextInt(100);
        String name = files.isEmpty() ? "" : pick();
        if (files.size() < 5 || (choice < 25 && files.size() < MAX_FILES)) {
          doing = "making a file";
          create("f" + names++);
        } else if (choice < 45) {
          doing = "overwriting a part of " + name;
          change(name, false);
        } else if (choice < 60) {
          doing = "appending to " + name;
          change(name, true);
        } else if (choice < 70) {
          doing = "renaming " + name;
          rename(name, "r" + names++);
        } else if (choice < 80) {
          doing = "deleting " + name;
          Files.delete(folder.resolve(name));
          files.remove(name);
        } else {
          doing = "reading " + name;
          verify(folder, name);
        }
        operations++;
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      System.out.println("failed " + folder + ": " + doing + ": " + e);
    }
  }

  private String pick() {
    List<String> all = new ArrayList<>(files.keySet());
    return all.get(random.nextInt(all.size()));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private int size() {
    return random.nextInt(4) == 0 ? 1 + random.nextInt(MAX_BYTES) : 1 + random.nextInt(30_000);
  }

  private void create(String name) throws IOException {
    byte[] content = bytes(size());
    write(folder.resolve(name), content, 0, StandardOpenOption.CREATE_NEW);
    files.put(name, content);
  }

  private void change(String name, boolean append) throws IOException {
    byte[] old = files.get(name);
    byte[] piece = bytes(Math.min(size(), MAX_BYTES));
    int at = append ? old.length : random.nextInt(old.length);
    if (at + piece.length > 2 * MAX_BYTES) {
      return;
    }
    write(folder.resolve(name), piece, at, StandardOpenOption.WRITE);
    byte[] content = Arrays.copyOf(old, Math.max(old.length, at + piece.length));
    System.arraycopy(piece, 0, content, at, piece.length);
    files.put(name, content);
  }

  private void write(Path file, byte[] bytes, int at, StandardOpenOption option)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, option)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left, at + left.position());
      }
      if (random.nextInt(4) == 0) {
        channel.force(true);
      }
    }
  }

  private void rename(String from, String to) throws IOException {
    Files.move(folder.resolve(from), folder.resolve(to));
    files.put(to, files.remove(from));
  }

  /** Compares all files as another mount has them, too; after the end. */
  private void verifyAll(Path seen) {
    try (var listed = Files.list(seen)) {
      List<String> names = listed.map(path -> String.valueOf(path.getFileName())).sorted().toList();
      if (!names.equals(List.copyOf(files.keySet()))) {
        throw new AssertionError(seen + " has " + names + ", expected " + files.keySet());
      }
      for (String name : names) {
        verify(seen, name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + seen, e);
    }
  }

  private void verify(Path seen, String name) throws IOException {
    byte[] have = Files.readAllBytes(seen.resolve(name));
    byte[] want = files.get(name);
    int wrong = Arrays.mismatch(have, want);
    if (wrong >= 0) {
      throw new AssertionError(
          seen.resolve(name)
              + " is wrong from byte "
              + wrong
              + "; it has "
              + have.length
              + " bytes, expected "
              + want.length);
    }
  }
}
