package io.dfs.nameserver.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.kv.RocksStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupScheduleTest {
  @TempDir Path dir;

  @Test
  void theLatestAreKeptAndEachCanBeRestored() throws IOException {
    Path target = dir.resolve("backups");
    try (RocksStore store = RocksStore.open(dir.resolve("live"), 8 << 20)) {
      new SampleState(store).fill();
      Backups backups = new Backups(store, store::checkpoint, dir.resolve("checkpoints"), "test");
      try (BackupSchedule schedule =
          new BackupSchedule(backups, Optional.of(target), Duration.ofHours(1), 2)) {
        for (int i = 0; i < 4; i++) {
          schedule.take(target, Instant.ofEpochSecond(1_700_000_000L + i));
        }
      }
    }
    List<Path> kept;
    try (Stream<Path> listed = Files.list(target)) {
      kept = listed.sorted().toList();
    }
    assertEquals(
        List.of("metadata-20231114T221322Z.dfsbackup", "metadata-20231114T221323Z.dfsbackup"),
        kept.stream().map(file -> file.getFileName().toString()).toList());
    Path to = dir.resolve("restored");
    Restore.archive(kept.get(0), to, to.resolve("db"), Timestamp.EPOCH);
  }
}
