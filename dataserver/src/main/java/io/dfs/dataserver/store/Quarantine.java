package io.dfs.dataserver.store;

import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.chunk.ChunkFile;
import io.dfs.dataserver.chunk.FileIo;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The damaged chunk files of a disk, set aside in its folder {@code quarantine}. They do not count
 * as copies, so that a good one is made; until it is there, those of their blocks that are good are
 * still read, as they may be the last ones. Shared.
 *
 * <pre>
 * ID.chunk       set aside, and no good copy has come back to this server yet
 * ID.N.old       likewise, with a later one; or the chunk was deleted meanwhile
 * </pre>
 */
final class Quarantine {
  private static final Logger log = LoggerFactory.getLogger(Quarantine.class);
  private static final String FOLDER = "quarantine";

  private final Disk disk;

  Quarantine(Disk disk) {
    this.disk = disk;
  }

  private Path folder() {
    return disk.directory().resolve(FOLDER);
  }

  private Path file(ChunkId chunk) {
    return folder().resolve(chunk.hex() + ".chunk");
  }

  /** Moves the chunk's file here; afterwards it survives a power cut that it is not a copy. */
  Path setAside(ChunkId chunk) throws IOException {
    Files.createDirectories(folder());
    retire(chunk);
    Path from = disk.path(chunk);
    Path to = file(chunk);
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("cannot set aside " + from, e);
    }
    Identity.syncDirectory(folder());
    disk.syncEntry(chunk);
    return to;
  }

  /** The chunk was deleted: what is here of it is for people only. */
  void retire(ChunkId chunk) throws IOException {
    Path file = file(chunk);
    if (Files.exists(file)) {
      Files.move(file, folder().resolve(chunk.hex() + "." + System.currentTimeMillis() + ".old"));
    }
  }

  /** The damaged file for reading its good blocks; null when there is none that can be opened. */
  @Nullable ChunkFile open(ChunkId chunk, long clusterHash, long boot) {
    Path file = file(chunk);
    try {
      FileIo io = FileIo.open(file, false);
      ChunkFile opened = null;
      try {
        opened = ChunkFile.open(io, file.toString(), chunk, clusterHash, boot);
      } finally {
        if (opened == null) {
          io.close();
        }
      }
      return opened;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException | FsException e) {
      log.debug("{} cannot be read", file, e);
      return null;
    }
  }

  /** The chunks that wait for a good copy. */
  List<ChunkId> waiting() throws IOException {
    List<ChunkId> waiting = new ArrayList<>();
    for (Path file : files("*.chunk")) {
      String name = String.valueOf(file.getFileName());
      try {
        waiting.add(ChunkId.fromHex(name.substring(0, name.length() - ".chunk".length())));
      } catch (NumberFormatException e) {
        log.debug("{} is not a chunk file", file);
      }
    }
    return waiting;
  }

  /** Removes what has been here for longer than {@code keep} and is of no more use. */
  void clear(Duration keep) throws IOException {
    long before = System.currentTimeMillis() - keep.toMillis();
    for (ChunkId chunk : waiting()) {
      if (Files.exists(disk.path(chunk))) {
        retire(chunk);
      }
    }
    for (Path file : files("*.old")) {
      String[] parts = String.valueOf(file.getFileName()).split("\\.", -1);
      if (parts.length == 3 && parts[1].matches("\\d{1,18}") && Long.parseLong(parts[1]) < before) {
        Files.deleteIfExists(file);
      }
    }
  }

  private List<Path> files(String pattern) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder(), pattern)) {
      entries.forEach(files::add);
    } catch (NoSuchFileException e) {
      return files;
    }
    return files;
  }
}
