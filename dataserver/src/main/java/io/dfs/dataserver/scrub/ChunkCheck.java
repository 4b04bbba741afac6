package io.dfs.dataserver.scrub;

import com.google.errorprone.annotations.Var;
import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.store.ChunkSlice;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.DiskChunks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies chunks one at a time. Confined to a thread. Reads past the page cache where the
 * filesystem can, as a copy in memory proves nothing about the disk, and as what is read here would
 * push out what clients read.
 */
final class ChunkCheck {
  private static final Logger log = LoggerFactory.getLogger(ChunkCheck.class);

  /** In one read. */
  private static final int PIECE = 1 << 20;

  private static final Set<OpenOption> OPTIONS = options();

  /** What any disk wants of direct reads; data begins on such a boundary. */
  private static final int ALIGNMENT = 4096;

  /** What was found of a chunk: {@code problem} is empty when all of it is good. */
  record Finding(long bytes, String problem, boolean unreadable) {}

  /** Called after each read with its bytes. */
  interface Pacing {
    void read(int bytes) throws InterruptedException;
  }

  private final ChunkStore store;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(PIECE + ALIGNMENT).alignedSlice(ALIGNMENT);

  ChunkCheck(ChunkStore store) {
    this.store = store;
  }

  /** A chunk that is deleted meanwhile is good. */
  Finding check(ChunkId chunk, DiskChunks disk, Pacing pacing) throws InterruptedException {
    Path path = disk.file(chunk);
    @Var long verified = 0;
    try (FileChannel file = open(path)) {
      while (true) {
        ChunkSlice slice = slice(chunk, (int) verified);
        try {
          String problem = check(file, slice);
          if (!problem.isEmpty()) {
            // Once more: what passes on its way from the disk is not the disk's.
            problem = check(file, slice);
          }
          if (!problem.isEmpty()) {
            return new Finding(verified, problem, false);
          }
        } finally {
          slice.release().run();
        }
        verified += slice.length();
        pacing.read(slice.length());
        if (slice.length() < PIECE) {
          return new Finding(verified, "", false);
        }
      }
    } catch (NoSuchFileException e) {
      return new Finding(verified, "", false);
    } catch (IOException e) {
      return new Finding(verified, "cannot be read at " + verified + ": " + e.getMessage(), true);
    } catch (FsException e) {
      // Its header: the file cannot be opened as a chunk. A failed disk says so itself.
      boolean gone = e.errno() == Errno.ENOENT || disk.isFailed();
      return new Finding(verified, gone ? "" : String.valueOf(e.getMessage()), false);
    }
  }

  /**
   * O_DIRECT, where this Java has it. By name, as newer compilers warn of every class that belongs
   * to the JDK alone.
   */
  private static Set<OpenOption> options() {
    Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.READ));
    try {
      Class<?> more = Class.forName("com.sun.nio.file.ExtendedOpenOption");
      for (Object each : more.getEnumConstants()) {
        if (each.toString().equals("DIRECT")) {
          options.add((OpenOption) each);
        }
      }
    } catch (ClassNotFoundException e) {
      log.debug("this Java reads through the page cache only", e);
    }
    return options;
  }

  private static FileChannel open(Path path) throws IOException {
    try {
      return FileChannel.open(path, OPTIONS);
    } catch (UnsupportedOperationException e) {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      // Not every filesystem can.
      return FileChannel.open(path, StandardOpenOption.READ);
    }
  }

  private ChunkSlice slice(ChunkId chunk, int offset) throws InterruptedException {
    try {
      return store.stored(chunk, offset, PIECE).get();
    } catch (ExecutionException e) {
      throw FsException.of(e);
    }
  }

  /** Empty, or what is wrong and where. */
  private String check(FileChannel file, ChunkSlice slice) throws IOException {
    buffer.clear();
    while (buffer.position() < slice.length()) {
      int n = file.read(buffer, slice.position() + buffer.position());
      if (n <= 0) {
        return "is shorter than its header says";
      }
      if (buffer.position() < slice.length() && buffer.position() % ALIGNMENT != 0) {
        // A direct read may end within a page only where the file does.
        buffer.position(buffer.position() / ALIGNMENT * ALIGNMENT);
      }
    }
    for (int block = 0; block < slice.crcs().length; block++) {
      int from = block * Crc32c.BLOCK_BYTES;
      int bytes = Math.min(Crc32c.BLOCK_BYTES, slice.length() - from);
      if (Crc32c.of(buffer.slice(from, bytes)) != slice.crcs()[block]) {
        long offset = slice.position() - DiskChunks.dataPosition() + from;
        return "its block at offset " + offset + " does not match its checksum";
      }
    }
    return "";
  }
}
