package io.dfs.dataserver.store;

import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.chunk.ChunkFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One walk over all chunks of a disk. Confined to the thread that runs it. */
final class DiskWalk {
  private static final Logger log = LoggerFactory.getLogger(DiskWalk.class);
  private static final String SUFFIX = ".chunk";

  /** No copy is under way for so long without a byte. */
  private static final long LEFT_BEHIND_MS = 3_600_000;

  private final Disk disk;
  private final int batchSize;
  private final Consumer<List<ChunkId>> batch;
  private List<ChunkId> found = new ArrayList<>();
  private long chunks;
  private long bytes;

  DiskWalk(Disk disk, int batchSize, Consumer<List<ChunkId>> batch) {
    this.disk = disk;
    this.batchSize = batchSize;
    this.batch = batch;
  }

  void run() throws IOException {
    Counters.Moved before = disk.counters.moved();
    walk(disk.chunks(), 0);
    if (!found.isEmpty()) {
      batch.accept(found);
    }
    disk.counters.counted(chunks, bytes, before);
  }

  private void walk(Path folder, int depth) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (depth < 2) {
          folders.add(entry);
        } else {
          add(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Path each : folders) {
      if (Files.isDirectory(each)) {
        walk(each, depth + 1);
      }
    }
  }

  /** A copy that was never finished. */
  private static void removeIfLeftBehind(Path file, String name) {
    try {
      if (name.endsWith(Replacement.SUFFIX)
          && Files.getLastModifiedTime(file).toMillis()
              < System.currentTimeMillis() - LEFT_BEHIND_MS) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      log.debug("{} stays", file, e);
    }
  }

  private void add(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (!name.endsWith(SUFFIX)) {
      removeIfLeftBehind(file, name);
      return;
    }
    ChunkId chunk;
    try {
      chunk = ChunkId.fromHex(name.substring(0, name.length() - SUFFIX.length()));
      bytes += Math.max(0, Files.size(file) - ChunkFile.dataPosition());
    } catch (NumberFormatException e) {
      log.warn("{} is not a chunk file; remove it", file);
      return;
    } catch (NoSuchFileException e) {
      return;
    }
    chunks++;
    found.add(chunk);
    if (found.size() >= batchSize) {
      List<ChunkId> full = found;
      found = new ArrayList<>();
      batch.accept(full);
    }
  }
}
