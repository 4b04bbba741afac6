package io.dfs.nameserver.kv;

import org.jspecify.annotations.Nullable;

/** A walk over entries. Confined to one thread, which closes it. */
public interface Cursor extends AutoCloseable {
  /** The next entry, or null when there is none. */
  KeyValueReader.@Nullable Entry next();

  @Override
  void close();
}
