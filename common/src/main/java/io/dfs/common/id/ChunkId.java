package io.dfs.common.id;

import java.util.Locale;

/**
 * The number of a chunk: unique in its cluster, never used again.
 *
 * <pre>
 *  63          44 43                          0
 * +--------------+-----------------------------+
 * | group (20)   | sequence (44)               |
 * +--------------+-----------------------------+
 * </pre>
 *
 * The group says which dataservers hold the chunk, so that a location costs no memory per chunk.
 */
public record ChunkId(long value) implements Comparable<ChunkId>, SingleValue {
  private static final int SEQUENCE_BITS = 44;
  public static final long MAX_SEQUENCE = (1L << SEQUENCE_BITS) - 1;

  public static ChunkId of(GroupId group, long sequence) {
    if (group.value() < 0
        || group.value() > GroupId.MAX
        || sequence < 0
        || sequence > MAX_SEQUENCE) {
      throw new IllegalArgumentException("no such chunk id: " + group + " sequence " + sequence);
    }
    return new ChunkId(((long) group.value() << SEQUENCE_BITS) | sequence);
  }

  public GroupId group() {
    return new GroupId((int) (value >>> SEQUENCE_BITS));
  }

  public long sequence() {
    return value & MAX_SEQUENCE;
  }

  /** Sixteen hexadecimal digits, as in file names and logs. */
  public String hex() {
    return String.format(Locale.ROOT, "%016x", value);
  }

  /** The inverse of {@link #hex}. */
  public static ChunkId fromHex(String digits) {
    if (digits.length() != 16) {
      throw new NumberFormatException("a chunk id has 16 hexadecimal digits: " + digits);
    }
    return new ChunkId(Long.parseUnsignedLong(digits, 16));
  }

  @Override
  public int compareTo(ChunkId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChunkId id && id.value == value;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  @Override
  public String toString() {
    return hex();
  }
}
