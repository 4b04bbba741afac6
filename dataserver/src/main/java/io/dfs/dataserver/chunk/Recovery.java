package io.dfs.dataserver.chunk;

import com.google.errorprone.annotations.Var;
import io.dfs.common.checksum.Crc32c;
import io.dfs.dataserver.chunk.ChunkFormat.TailRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the longest prefix of a chunk that its checksums prove, after a power cut. What was synced
 * is taken as it is: damage in it is for the reader to see.
 */
final class Recovery {
  private final ChunkIo io;
  private final int[] table;
  private final ByteBuffer block = ByteBuffer.allocate(Crc32c.BLOCK_BYTES);

  Recovery(ChunkIo io, int[] table) {
    this.io = io;
    this.table = table;
  }

  /** Null when even the synced part is not there. */
  @Nullable Tail find(
      @Nullable TailRecord written, @Nullable TailRecord syncing, @Nullable TailRecord synced)
      throws IOException {
    Tail safe = synced == null ? Tail.EMPTY : synced.tail();
    if (io.size() < ChunkFormat.DATA_AT + (long) safe.length()) {
      return safe.length() == 0 ? safe : null;
    }
    Tail written0 = written == null ? safe : written.tail();
    Tail syncing0 = syncing == null ? safe : syncing.tail();
    Tail longest = written0.length() >= syncing0.length() ? written0 : syncing0;
    @Var int good = safe.fullBlocks();
    while (good < longest.fullBlocks() && matches(good, Crc32c.BLOCK_BYTES, table[good])) {
      good++;
    }
    Tail boundary = new Tail(good * Crc32c.BLOCK_BYTES, 0);
    @Var Tail best = boundary.length() >= safe.length() ? boundary : safe;
    for (Tail candidate : new Tail[] {written0, syncing0}) {
      if (candidate.fullBlocks() == good
          && candidate.length() > best.length()
          && matches(good, candidate.partialBytes(), candidate.crc())) {
        best = candidate;
      }
    }
    return best;
  }

  private boolean matches(int index, int bytes, int crc) throws IOException {
    block.clear().limit(bytes);
    io.read(block, ChunkFormat.DATA_AT + (long) index * Crc32c.BLOCK_BYTES);
    return block.position() == bytes && Crc32c.of(block.flip()) == crc;
  }
}
