package io.dfs.dataserver.replicate;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.dataserver.store.ChunkSlice;
import io.dfs.dataserver.store.ChunkStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks whether a chunk that is here is as it should be. Shared; waits for the disk. */
final class LocalCheck {
  private static final Logger log = LoggerFactory.getLogger(LocalCheck.class);

  private final ChunkStore store;
  private final CopyPace pace;

  LocalCheck(ChunkStore store, CopyPace pace) {
    this.store = store;
    this.pace = pace;
  }

  /** Whether the first {@code length} bytes are on a disk that works and match their checksums. */
  boolean isGood(ChunkId chunk, int length) throws InterruptedException {
    if (!store.seems(chunk, length)) {
      return false;
    }
    for (int at = 0; at < length; at += Read.MAX_READ_BYTES) {
      pace.take(Math.min(Read.MAX_READ_BYTES, length - at));
      try {
        ChunkSlice slice = store.stored(chunk, at, Read.MAX_READ_BYTES).join();
        try {
          if (slice.length() < Math.min(Read.MAX_READ_BYTES, length - at) || !matches(slice)) {
            return false;
          }
        } finally {
          slice.release().run();
        }
      } catch (IOException | CompletionException e) {
        FsException failure = FsException.of(e);
        if (failure.errno() != Errno.ENOENT) {
          log.warn("the copy of chunk {} here cannot be read: {}", chunk, failure.getMessage());
        }
        return false;
      }
    }
    return true;
  }

  private static boolean matches(ChunkSlice slice) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(Crc32c.BLOCK_BYTES);
    for (int i = 0; i < slice.crcs().length; i++) {
      int from = i * Crc32c.BLOCK_BYTES;
      block.clear().limit(Math.min(Crc32c.BLOCK_BYTES, slice.length() - from));
      while (block.hasRemaining()) {
        if (slice.file().read(block, slice.position() + from + block.position()) < 0) {
          return false;
        }
      }
      if (Crc32c.of(block.flip()) != slice.crcs()[i]) {
        return false;
      }
    }
    return true;
  }
}
