package io.dfs.nameserver.check;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Sorts any number of records of some longs in bounded memory: sorted runs go to files, which are
 * merged while they are read. Confined to one thread: first adds, then reads.
 */
final class LongSort implements AutoCloseable {
  /** Records in memory; with four longs each some 10 MiB. */
  private static final int RUN = 200_000;

  private static final int BUFFER_BYTES = 64 << 10;

  private final Path directory;
  private final int width;
  private final List<Path> files = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();
  private List<long[]> records = new ArrayList<>();
  private final PriorityQueue<Run> heads =
      new PriorityQueue<>((a, b) -> Arrays.compare(a.head(), b.head()));
  private boolean reading;
  private int next;

  /** A sorted file being read. */
  private final class Run {
    private final DataInputStream in;
    private long[] head = {};

    Run(Path file) throws IOException {
      in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
    }

    long[] head() {
      return head;
    }

    boolean advance() throws IOException {
      long[] record = new long[width];
      try {
        for (int i = 0; i < width; i++) {
          record[i] = in.readLong();
        }
      } catch (EOFException e) {
        return false;
      }
      head = record;
      return true;
    }
  }

  /**
   * @param directory for the files, which are removed at the end
   * @param width longs in a record
   */
  LongSort(Path directory, int width) {
    this.directory = directory;
    this.width = width;
  }

  void add(long... record) throws IOException {
    records.add(record);
    if (records.size() == RUN) {
      records.sort(Arrays::compare);
      Path file = Files.createTempFile(directory, "run", null);
      files.add(file);
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES))) {
        for (long[] each : records) {
          for (long value : each) {
            out.writeLong(value);
          }
        }
      }
      records = new ArrayList<>();
    }
  }

  /** The least record that was not read yet, null at the end. */
  long @Nullable [] next() throws IOException {
    if (!reading) {
      reading = true;
      records.sort(Arrays::compare);
      for (Path file : files) {
        Run run = new Run(file);
        runs.add(run);
        if (run.advance()) {
          heads.add(run);
        }
      }
    }
    Run least = heads.peek();
    boolean memory =
        next < records.size()
            && (least == null || Arrays.compare(records.get(next), least.head()) <= 0);
    if (memory) {
      return records.get(next++);
    }
    if (least == null) {
      return null;
    }
    long[] record = least.head();
    heads.remove(least);
    if (least.advance()) {
      heads.add(least);
    }
    return record;
  }

  @Override
  public void close() throws IOException {
    for (Run run : runs) {
      run.in.close();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
