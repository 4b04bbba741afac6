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
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A disk for those who go over all its chunks. They have an order, which is that of their folders,
 * so that such a walk can stop at a place and go on there after a restart. Shared; its methods wait
 * for the disk.
 */
public final class DiskChunks {
  private static final Logger log = LoggerFactory.getLogger(DiskChunks.class);
  private static final int FOLDERS = 1 << 16;

  private final Disk disk;

  DiskChunks(Disk disk) {
    this.disk = disk;
  }

  /** The directory of the disk. */
  public Path directory() {
    return disk.directory();
  }

  public boolean isFailed() {
    return disk.isFailed();
  }

  public long usedBytes() {
    return disk.counters.bytes();
  }

  /** Whether clients' writes are under way. */
  public boolean isBusy() {
    return disk.isBusy();
  }

  /** A read failed that should not: the disk takes no more writes until it is found to work. */
  public void fail(IOException e) {
    disk.fail(e);
  }

  /** The place of a chunk in the order, unsigned. */
  public static long place(ChunkId chunk) {
    return Disk.hash(chunk);
  }

  /** The chunk's file, if it is on this disk. */
  public Path file(ChunkId chunk) {
    return disk.path(chunk);
  }

  /** Where the chunk's byte 0 lies in its file. */
  public static long dataPosition() {
    return ChunkFile.dataPosition();
  }

  /**
   * The chunks of the next folder that has any after {@code place}, in order; empty at the end.
   *
   * @param place exclusive; with {@code first} from the beginning
   */
  public List<ChunkId> after(long place, boolean first) throws IOException {
    int folder = first ? 0 : (int) (place >>> 48);
    for (; folder < FOLDERS; folder++) {
      List<ChunkId> chunks = list(disk.folder(folder));
      if (!first) {
        chunks.removeIf(chunk -> Long.compareUnsigned(place(chunk), place) <= 0);
      }
      if (!chunks.isEmpty()) {
        chunks.sort(Comparator.comparing(DiskChunks::place, Long::compareUnsigned));
        return chunks;
      }
    }
    return List.of();
  }

  private static List<ChunkId> list(Path folder) throws IOException {
    List<ChunkId> chunks = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.chunk")) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        try {
          chunks.add(ChunkId.fromHex(name.substring(0, name.length() - ".chunk".length())));
        } catch (NumberFormatException e) {
          log.debug("{} is not a chunk file", entry);
        }
      }
    } catch (NoSuchFileException e) {
      return chunks;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return chunks;
  }

  /** Replaces a small file of text beside the chunks; it survives a power cut. */
  public void note(String name, String text) throws IOException {
    Identity.replace(disk.directory(), name, text);
  }

  @Override
  public String toString() {
    return disk.toString();
  }
}
