package io.dfs.nameserver.kv;

import org.jspecify.annotations.Nullable;

/**
 * A sorted map of byte keys to byte values, in unsigned byte order. Arrays that are passed or
 * returned are not changed afterwards by either side. EIO when the store cannot be read.
 */
public interface KeyValueReader {
  /** A key and its value. */
  record Entry(byte[] key, byte[] value) {}

  byte @Nullable [] get(byte[] key);

  /** The entries from {@code from} (inclusive) to {@code to} (exclusive), rising. */
  Cursor scan(byte[] from, byte[] to);

  /** The greatest entry from {@code from} (inclusive) to {@code to} (exclusive). */
  @Nullable Entry last(byte[] from, byte[] to);
}
