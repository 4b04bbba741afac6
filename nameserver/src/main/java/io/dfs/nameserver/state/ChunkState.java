package io.dfs.nameserver.state;

import io.dfs.common.id.SessionId;
import java.nio.ByteBuffer;

/**
 * What the nameserver knows of a chunk.
 *
 * <pre>
 * 0 format = 1 [1]   1 live [8]   9 length [4]   13 writer [8]
 * </pre>
 *
 * @param live bytes that extents refer to
 * @param length the committed length: no extent reaches past it
 * @param writer the session that may append, {@link SessionId#NONE} when it is sealed
 */
public record ChunkState(long live, int length, SessionId writer) {
  private static final byte FORMAT = 1;

  public boolean sealed() {
    return writer.value() == 0;
  }

  public boolean garbage() {
    return live == 0 && sealed();
  }

  byte[] encode() {
    return ByteBuffer.allocate(21)
        .put(FORMAT)
        .putLong(live)
        .putInt(length)
        .putLong(writer.value())
        .array();
  }

  static ChunkState decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "chunk");
    return new ChunkState(in.getLong(), in.getInt(), new SessionId(in.getLong()));
  }
}
