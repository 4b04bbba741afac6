package io.dfs.nameserver.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.util.Arrays;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class RocksStoreTest extends KeyValueStoreContract {
  @Override
  KeyValueStore open() {
    return RocksStore.open(dir.resolve("db"), 8 << 20);
  }

  @Test
  void whatWasWrittenIsThereAfterReopening() {
    TreeMap<byte[], byte[]> changes = new TreeMap<>(Arrays::compareUnsigned);
    changes.put(new byte[] {1}, new byte[] {2});
    try (KeyValueStore store = open()) {
      store.write(changes);
    }
    try (KeyValueStore store = open()) {
      assertArrayEquals(new byte[] {2}, store.get(new byte[] {1}));
    }
  }

  @Test
  void aClosedStoreRefusesInsteadOfCrashing() {
    KeyValueStore store = open();
    store.close();
    FsException e = assertThrows(FsException.class, () -> store.get(new byte[] {1}));
    assertEquals(Errno.EHOSTUNREACH, e.errno());
    assertThrows(FsException.class, () -> store.scan(new byte[] {1}, new byte[] {2}));
  }
}
