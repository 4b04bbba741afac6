package io.dfs.nameserver.kv;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map of bytes that survives a killed process. Shared: any thread may read; one thread at
 * a time writes.
 */
public interface KeyValueStore extends KeyValueReader, AutoCloseable {
  Snapshot snapshot();

  /**
   * Writes all of {@code changes} or none; a null value deletes. When it returns, readers see them
   * and they survive the end of this process, though not a power cut.
   */
  void write(SortedMap<byte[], byte @Nullable []> changes);

  /** Returns when everything written before survives a power cut. */
  void sync();

  @Override
  void close();
}
