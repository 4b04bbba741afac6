package io.dfs.client.cli;

import io.dfs.client.cli.doctor.DfsMounts;
import io.dfs.common.config.Quantity;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "warmup",
    description = {
      "Read files of a mounted folder, several at once, so that programs find them in the caches:"
          + " that of the kernel, and that of the mount (cache-memory, cache-dir).",
      "PATH is a file or a folder of this machine. What does not fit into the caches pushes out what"
          + " was read first: dfs du says how much it is."
    })
final class WarmupCommand implements Callable<Integer> {
  private static final int BUFFER_BYTES = 1 << 20;

  /** A chunk: a large file is read in several places at once. */
  private static final long RANGE_BYTES = 64L << 20;

  private static final ThreadLocal<ByteBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER_BYTES));

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", arity = "1..*")
  private List<Path> paths = List.of();

  private final LongAdder files = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  @Override
  public Integer call() throws IOException, InterruptedException {
    for (Path path : paths) {
      if (DfsMounts.of(path.toAbsolutePath().normalize()).isEmpty()) {
        throw new IOException(
            path + " is in no mounted folder: caches belong to a mount; dfs mount makes one");
      }
    }
    long start = System.nanoTime();
    Copies reads = new Copies();
    boolean listed = true;
    for (Path path : paths) {
      listed &= add(path, reads);
    }
    boolean read = reads.finish();
    double seconds = Math.max(1e-3, (System.nanoTime() - start) / 1e9);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        String.format(
            Locale.ROOT,
            "read %d files with %s in %.1f s: %s/s",
            files.sum(),
            Quantity.formatBytes(bytes.sum()),
            seconds,
            Quantity.formatBytes((long) (bytes.sum() / seconds))));
    out.flush();
    return listed && read ? 0 : 1;
  }

  /** False when something could not be listed. */
  private boolean add(Path path, Copies reads) {
    try {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        boolean good = true;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
          for (Path entry : entries) {
            good &= add(entry, reads);
          }
        }
        return good;
      }
      if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        files.increment();
        long size = Files.size(path);
        for (long at = 0; at < size; at += RANGE_BYTES) {
          long from = at;
          reads.add(() -> read(path, from));
        }
      } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(path.toString());
      }
      return true;
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      tell(path, e);
      return false;
    }
  }

  private boolean read(Path path, long from) {
    ByteBuffer buffer = BUFFERS.get();
    try (FileChannel file = FileChannel.open(path)) {
      long end = Math.min(file.size(), from + RANGE_BYTES);
      for (long at = from; at < end; ) {
        int n = file.read(buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - at)), at);
        if (n <= 0) {
          break;
        }
        at += n;
        bytes.add(n);
      }
      return true;
    } catch (IOException e) {
      tell(path, e);
      return false;
    }
  }

  private void tell(Path path, Exception failure) {
    String reason = FailureLine.reason(failure);
    spec.commandLine()
        .getErr()
        .println(
            "dfs warmup: "
                + (reason.contains(path.toString()) ? "" : Show.name(path.toString()) + ": ")
                + reason);
    spec.commandLine().getErr().flush();
  }
}
