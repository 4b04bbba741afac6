package io.dfs.nameserver.kv;

final class MemoryStoreTest extends KeyValueStoreContract {
  @Override
  KeyValueStore open() {
    return new MemoryStore();
  }
}
