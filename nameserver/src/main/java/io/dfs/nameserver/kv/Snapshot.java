package io.dfs.nameserver.kv;

/** The store as it was at one moment. Shared; whoever took it closes it. */
public interface Snapshot extends KeyValueReader, AutoCloseable {
  @Override
  void close();
}
