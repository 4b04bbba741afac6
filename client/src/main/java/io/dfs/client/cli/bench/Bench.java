package io.dfs.client.cli.bench;

import io.dfs.client.cli.bench.Measurement.Cache;
import io.dfs.client.cli.bench.Measurement.Unit;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs all measurements on a directory, one after the other. Confined to one thread. */
public final class Bench {
  private static final int[] STREAMS = {1, 4};

  private final BenchSettings settings;
  private final Consumer<Measurement> report;

  /**
   * @param report gets every measurement as soon as it is made
   */
  public Bench(BenchSettings settings, Consumer<Measurement> report) {
    this.settings = settings;
    this.report = report;
  }

  /**
   * Measures, and removes whatever it made, also when it fails or is interrupted by a signal.
   *
   * @throws WrongDataException if a byte read back is not what was written
   */
  public void run() throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(settings.directory(), "dfs-bench-");
    Thread cleaner = new Thread(() -> removeQuietly(work), "bench-cleaner");
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      PageData data = new PageData(settings.seed());
      for (int streams : STREAMS) {
        sequential(new SequentialFiles(work, data, settings, streams), streams);
      }
      random(new RandomPages(work.resolve("random"), data, settings));
      names(new Names(work.resolve("names"), settings.smallFiles()));
      smallFiles(new SmallFiles(work.resolve("4k"), data, settings, 4 << 10), "files of 4 KiB");
      smallFiles(new SmallFiles(work.resolve("64k"), data, settings, 64 << 10), "files of 64 KiB");
    } finally {
      remove(work);
      Runtime.getRuntime().removeShutdownHook(cleaner);
    }
  }

  private void sequential(SequentialFiles files, int streams)
      throws IOException, InterruptedException {
    long bytes = files.totalBytes();
    measure("sequential write", streams, Cache.NONE, Unit.BYTES, bytes, files::write);
    files.sync();
    measure("sequential read", streams, KernelCache.drop(), Unit.BYTES, bytes, files::read);
    measure("sequential read", streams, Cache.WARM, Unit.BYTES, bytes, files::read);
    files.delete();
  }

  private void random(RandomPages pages) throws IOException, InterruptedException {
    int count = settings.randomOperations();
    pages.prepare();
    measure("random read 4 KiB", 1, KernelCache.drop(), Unit.OPERATIONS, count, pages::read);
    measure("random write 4 KiB", 1, Cache.NONE, Unit.OPERATIONS, count, pages::write);
    pages.checkAll();
    pages.delete();
  }

  private void names(Names names) throws IOException, InterruptedException {
    int count = settings.smallFiles();
    measure("create", 1, Cache.NONE, Unit.OPERATIONS, count, names::create);
    measure("stat", 1, Cache.WARM, Unit.OPERATIONS, count, names::stat);
    measure("readdir (entries)", 1, Cache.WARM, Unit.OPERATIONS, count, names::list);
    measure("rename", 1, Cache.NONE, Unit.OPERATIONS, count, names::rename);
    measure("unlink", 1, Cache.NONE, Unit.OPERATIONS, count, names::unlink);
  }

  private void smallFiles(SmallFiles files, String what) throws IOException, InterruptedException {
    int count = settings.smallFiles();
    measure("write " + what, 1, Cache.NONE, Unit.FILES, count, files::write);
    files.sync();
    measure("read " + what, 1, KernelCache.drop(), Unit.FILES, count, files::read);
    measure("read " + what, 1, Cache.WARM, Unit.FILES, count, files::read);
    files.delete();
  }

  private void measure(String name, int streams, Cache cache, Unit unit, long count, Work work)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    report.accept(new Measurement(name, streams, cache, unit, count, seconds));
  }

  private static void removeQuietly(Path work) {
    try {
      remove(work);
    } catch (IOException e) {
      System.err.println("dfs bench: remove " + work + " yourself: " + e);
    }
  }

  private static void remove(Path work) throws IOException {
    if (!Files.exists(work)) {
      return;
    }
    Files.walkFileTree(
        work,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** The entries of a directory. */
  static int count(Path directory) throws IOException {
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path unused : entries) {
        count++;
      }
    }
    return count;
  }

  /** Something to measure. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException, InterruptedException;
  }
}
