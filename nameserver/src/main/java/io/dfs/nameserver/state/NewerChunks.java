package io.dfs.nameserver.state;

import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;

/**
 * The numbers of chunks that were, or may have been, given out between a backup and its restore, or
 * were being written at the time of the backup: the state does not know what is in them, and yet
 * they are kept. Immutable.
 *
 * <pre>
 * 0 format = 1 [1]   1 last [8]   9 restored [8 + 4]
 * </pre>
 *
 * @param after the last sequence of which the backup knew all
 * @param last the last sequence that is kept
 * @param restored when
 */
public record NewerChunks(long after, long last, Timestamp restored) {
  private static final byte FORMAT = 1;

  public boolean contains(ChunkId chunk) {
    return chunk.sequence() > after && chunk.sequence() <= last;
  }

  byte[] encode() {
    return ByteBuffer.allocate(21)
        .put(FORMAT)
        .putLong(last)
        .putLong(restored.seconds())
        .putInt(restored.nanos())
        .array();
  }

  static NewerChunks decode(long after, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "range of chunks");
    return new NewerChunks(after, in.getLong(), new Timestamp(in.getLong(), in.getInt()));
  }
}
