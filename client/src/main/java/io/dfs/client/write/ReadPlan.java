package io.dfs.client.write;

import io.dfs.common.message.Extent;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of one read are. Confined to the reader.
 *
 * @see FileState#plan
 */
public final class ReadPlan {
  /**
   * Some bytes of the read: in memory, in a chunk, or (both null) a hole.
   *
   * @param memory owned by the plan
   */
  public record Part(int length, @Nullable ByteBuf memory, @Nullable Extent extent) {}

  private final List<Part> parts = new ArrayList<>(2);
  private int length;
  private long missingLayout = -1;

  void memory(ByteBuf bytes) {
    parts.add(new Part(bytes.readableBytes(), bytes, null));
    length += bytes.readableBytes();
  }

  void chunk(Extent extent) {
    parts.add(new Part(extent.length(), null, extent));
    length += extent.length();
  }

  void hole(int bytes) {
    parts.add(new Part(bytes, null, null));
    length += bytes;
  }

  void missing(long offset) {
    missingLayout = offset;
  }

  public List<Part> parts() {
    return parts;
  }

  public int length() {
    return length;
  }

  /** The offset at which the layout must be asked for before planning again, or -1. */
  public long missingLayout() {
    return missingLayout;
  }

  public void release() {
    for (Part part : parts) {
      if (part.memory() != null) {
        part.memory().release();
      }
    }
    parts.clear();
  }
}
