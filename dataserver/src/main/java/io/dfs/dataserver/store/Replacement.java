package io.dfs.dataserver.store;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.store.OpenChunk.Located;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A new file for a chunk, beside its place, that takes the place of whatever is there once it is
 * whole and on disk. Until then the old copy is untouched. Confined to one thread.
 */
public final class Replacement implements AutoCloseable {
  static final String SUFFIX = ".copy";

  private final ChunkId chunk;
  private final Path path;
  private final Located at;
  private boolean installed;

  Replacement(ChunkId chunk, Path path, Located at) {
    this.chunk = chunk;
    this.path = path;
    this.at = at;
  }

  public int length() {
    return at.file().tail().length();
  }

  /**
   * Appends bytes; ENOSPC, EIO.
   *
   * @param payload not taken over
   * @param crcs as for {@link ChunkStore#append}, and compared with the payload already
   */
  public void append(ByteBuf payload, int[] crcs) {
    at.disk().checkWritable();
    at.disk().reserve(payload.readableBytes());
    try {
      at.file().append(length(), payload, crcs);
    } catch (IOException e) {
      throw at.disk().writeFailed("copying chunk " + chunk, e);
    }
  }

  /** Puts what was appended on disk. */
  void sync() {
    try {
      at.file().sync();
    } catch (IOException e) {
      throw at.disk().writeFailed("sync of the copy of chunk " + chunk, e);
    }
  }

  /** How many of its bytes survive a power cut. */
  int syncedLength() {
    return at.file().syncedLength();
  }

  /** Takes the place of the chunk's file on this disk; runs as a task of the chunk. */
  void install(ChunkFinder finder) {
    Path place = at.disk().path(chunk);
    try {
      long replaced = finder.bytesAt(place);
      Files.move(path, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      installed = true;
      at.disk().syncEntry(chunk);
      at.disk().counters.add(replaced < 0 ? 1 : 0, length() - Math.max(0, replaced));
      finder.deleteElsewhere(chunk, at.disk());
    } catch (IOException e) {
      throw at.disk().writeFailed("putting the copy of chunk " + chunk + " in its place", e);
    }
  }

  ChunkId chunk() {
    return chunk;
  }

  /** Removes what was not installed. */
  @Override
  public void close() {
    try {
      at.file().close();
      if (!installed) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "closing " + path + ": " + e, e);
    }
  }
}
