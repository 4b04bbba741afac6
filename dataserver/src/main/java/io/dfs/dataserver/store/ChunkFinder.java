package io.dfs.dataserver.store;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.chunk.Boot;
import io.dfs.dataserver.chunk.ChunkFile;
import io.dfs.dataserver.chunk.FileIo;
import io.dfs.dataserver.store.OpenChunk.Located;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds chunks by looking where each disk would have them, and makes and removes them. Shared; for
 * one chunk its methods are called one after the other.
 */
final class ChunkFinder {
  private static final Logger log = LoggerFactory.getLogger(ChunkFinder.class);

  private final Disks disks;
  private final long boot = Boot.current();
  private final AtomicLong copies = new AtomicLong();

  ChunkFinder(Disks disks) {
    this.disks = disks;
  }

  /**
   * Null when the chunk is on no disk; EIO when it is but cannot be opened. Disks that work are
   * asked first: what is left on a failed one may have been replaced since.
   */
  @Nullable Located find(ChunkId chunk) {
    @Var FsException failure = null;
    for (boolean failed : new boolean[] {false, true}) {
      for (Disk disk : disks.all()) {
        if (disk.isFailed() != failed) {
          continue;
        }
        Path path = disk.path(chunk);
        try {
          ChunkFile file = open(path, chunk);
          if (file != null) {
            return new Located(file, disk);
          }
        } catch (NoSuchFileException e) {
          log.trace("chunk {} is not on {}", chunk, disk);
        } catch (FsException e) {
          failure = e;
        } catch (IOException e) {
          failure = disk.readFailed("opening " + path, e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return null;
  }

  /** Whether a disk that works has a file that is long enough for so many bytes of the chunk. */
  boolean seems(ChunkId chunk, int length) {
    for (Disk disk : disks.all()) {
      if (!disk.isFailed() && bytesAt(disk.path(chunk)) >= length) {
        return true;
      }
    }
    return false;
  }

  /** Bytes of a chunk's file, -1 when it is not there. */
  long bytesAt(Path path) {
    try {
      return Math.max(0, Files.size(path) - ChunkFile.dataPosition());
    } catch (IOException e) {
      return -1;
    }
  }

  /** Makes a file for a new copy on the disk with the most space. */
  Replacement replace(ChunkId chunk) {
    Disk disk = disks.forNewChunk();
    disk.checkWritable();
    // A name of its own: what takes the chunk's place must be this file and no other.
    String name = chunk.hex() + "." + copies.incrementAndGet() + Replacement.SUFFIX;
    Path path = disk.path(chunk).resolveSibling(name);
    try {
      FileIo io = createFile(path);
      try {
        ChunkFile file = ChunkFile.create(io, path.toString(), chunk, disks.clusterHash(), boot);
        return new Replacement(chunk, path, new Located(file, disk));
      } catch (IOException | RuntimeException e) {
        io.close();
        Files.deleteIfExists(path);
        throw e;
      }
    } catch (IOException e) {
      throw disk.writeFailed("making a copy of chunk " + chunk, e);
    }
  }

  /** Removes other files of a chunk; one on a disk that does not let it go stays. */
  void deleteElsewhere(ChunkId chunk, Disk not) {
    for (Disk disk : disks.all()) {
      Path path = disk.path(chunk);
      long bytes = disk == not ? -1 : bytesAt(path);
      if (bytes >= 0) {
        try {
          Files.delete(path);
          disk.counters.add(-1, -bytes);
        } catch (IOException e) {
          log.warn("the replaced file {} stays: {}", path, e.toString());
        }
      }
    }
  }

  private @Nullable ChunkFile open(Path path, ChunkId chunk) throws IOException {
    FileIo io = openFile(path);
    @Var ChunkFile file = null;
    try {
      file = ChunkFile.open(io, path.toString(), chunk, disks.clusterHash(), boot);
    } finally {
      if (file == null) {
        io.close();
      }
    }
    return file;
  }

  private static FileIo openFile(Path path) throws IOException {
    try {
      return FileIo.open(path, true);
    } catch (AccessDeniedException e) {
      return FileIo.open(path, false);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (FileSystemException e) {
      if (String.valueOf(e.getReason()).contains("Read-only")) {
        return FileIo.open(path, false);
      }
      throw e;
    }
  }

  /** Makes a chunk on the disk with the most space. */
  Located create(ChunkId chunk, int bytes) {
    Disk disk = disks.forNewChunk();
    disk.reserve(bytes);
    Path path = disk.path(chunk);
    try {
      FileIo io = createFile(path);
      try {
        ChunkFile file = ChunkFile.create(io, path.toString(), chunk, disks.clusterHash(), boot);
        return new Located(file, disk);
      } catch (IOException | RuntimeException e) {
        io.close();
        Files.deleteIfExists(path);
        throw e;
      }
    } catch (IOException e) {
      throw disk.writeFailed("making chunk " + chunk, e);
    }
  }

  private static FileIo createFile(Path path) throws IOException {
    try {
      return FileIo.create(path);
    } catch (NoSuchFileException e) {
      // Not the folders above: when they are gone, so is the disk, and this is the mount point.
      Path folder = Objects.requireNonNull(path.getParent());
      createFolder(Objects.requireNonNull(folder.getParent()));
      createFolder(folder);
      return FileIo.create(path);
    } catch (FileAlreadyExistsException e) {
      // find() saw that it never became a chunk.
      Files.delete(path);
      return FileIo.create(path);
    }
  }

  private static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      log.trace("{} is there", folder);
    }
  }

  /** Removes a chunk whose first append failed. */
  void discard(Located made, ChunkId chunk) {
    try {
      made.file().close();
      Files.deleteIfExists(made.disk().path(chunk));
    } catch (IOException e) {
      log.warn("cannot remove the empty chunk {}: {}", made.file().path(), e.toString());
    }
  }

  /** Of a damaged file that was set aside; null when there is none. */
  @Nullable ChunkFile findSetAside(ChunkId chunk) {
    for (Disk disk : disks.all()) {
      ChunkFile file = disk.quarantine().open(chunk, disks.clusterHash(), boot);
      if (file != null) {
        return file;
      }
    }
    return null;
  }

  /** Takes the chunk's file out of use on the disk; returns where it is then. */
  Path setAside(ChunkId chunk, Path directory) throws IOException {
    for (Disk disk : disks.all()) {
      if (disk.directory().equals(directory)) {
        long bytes = Math.max(0, Files.size(disk.path(chunk)) - ChunkFile.dataPosition());
        Path moved = disk.quarantine().setAside(chunk);
        disk.counters.add(-1, -bytes);
        return moved;
      }
    }
    throw new NoSuchFileException(directory.toString());
  }

  void deleteEverywhere(ChunkId chunk) throws IOException {
    for (Disk disk : disks.all()) {
      disk.quarantine().retire(chunk);
      Path path = disk.path(chunk);
      try {
        long bytes = Math.max(0, Files.size(path) - ChunkFile.dataPosition());
        Files.delete(path);
        disk.counters.add(-1, -bytes);
      } catch (NoSuchFileException e) {
        log.trace("chunk {} is not on {}", chunk, disk);
      }
    }
  }

  /** The chunk's file, or null when it is on no disk. Runs as a task of the chunk. */
  @Nullable Located locate(OpenChunk chunk) {
    if (chunk.isDeleted()) {
      throw new FsException(Errno.ENOENT, "chunk " + chunk.id + " was deleted");
    }
    @Var Located at = chunk.located();
    if (at == null) {
      at = find(chunk.id);
      if (at != null) {
        chunk.locate(at);
      }
    }
    return at;
  }

  /** The chunk's file; ENOENT when it is on no disk. Runs as a task of the chunk. */
  Located require(OpenChunk chunk) {
    Located at = locate(chunk);
    if (at == null) {
      throw new FsException(Errno.ENOENT, "chunk " + chunk.id + " is not on this server");
    }
    return at;
  }
}
