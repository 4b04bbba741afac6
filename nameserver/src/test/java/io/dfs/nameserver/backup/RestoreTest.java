package io.dfs.nameserver.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.RocksStore;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.NewerChunks;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RestoreTest {
  /** All tables but those of sessions, and chunks, whose writers end. */
  private static final String LASTING = "IDCTXEGPNOUJF";

  /** Conversions and settings of the trash, servers, bad copies, events. */
  private static final String ASKED = "BNVH";

  @TempDir Path dir;

  private Path backup(boolean dump) throws IOException {
    return backup(dump, state -> {});
  }

  private interface Step {
    void on(SampleState state);
  }

  private List<String> before;
  private long lastChunk;
  private long lastInode;
  private ChunkId open;

  private Path backup(boolean dump, Step later) throws IOException {
    Path file = dir.resolve("backup");
    try (RocksStore store = RocksStore.open(dir.resolve("live"), 8 << 20)) {
      SampleState state = new SampleState(store);
      state.fill();
      open = state.allocate();
      before = SampleState.rows(store, LASTING);
      lastChunk = new Tables(store).counter(Counter.CHUNK);
      lastInode = new Tables(store).counter(Counter.INODE);
      Backups backups = new Backups(store, store::checkpoint, dir.resolve("checkpoints"), "test");
      try (OutputStream out = Files.newOutputStream(file)) {
        if (dump) {
          backups.dump(out);
        } else {
          backups.archive(out);
        }
      }
      later.on(state);
    }
    return file;
  }

  private Restore.Restored restore(Path file, boolean dump) {
    Path to = dir.resolve("restored");
    return dump
        ? Restore.dump(file, to, to.resolve("db"), Timestamp.EPOCH)
        : Restore.archive(file, to, to.resolve("db"), Timestamp.EPOCH);
  }

  private RocksStore restored() {
    return RocksStore.open(dir.resolve("restored/db"), 8 << 20);
  }

  @Test
  void anArchiveBringsBackTheStateOfItsTime() throws IOException {
    Path file = backup(false);
    assertTrue(Files.size(file) > 1000);
    assertFalse(Files.exists(dir.resolve("checkpoints/1")), "the checkpoint is removed");
    assertEquals(54, restore(file, false).inodes());
    try (RocksStore store = restored()) {
      assertEquals(before, SampleState.rows(store, LASTING));
      assertEquals(List.of(), SampleState.rows(store, "SRWQL"), "sessions have ended");
    }
  }

  @Test
  void aDumpBringsBackTheStateOfItsTime() throws IOException {
    Path file = backup(true);
    assertEquals(54, restore(file, true).inodes());
    try (RocksStore store = restored()) {
      assertEquals(before, SampleState.rows(store, LASTING));
      assertEquals(List.of(), SampleState.rows(store, "SRWQL"));
      assertEquals(SampleState.rows(store, "K").size(), new Tables(store).counter(Counter.CHUNKS));
    }
  }

  @Test
  void whatWasAskedForAndIsNotDoneYetComesBackToo() throws IOException {
    for (boolean dump : new boolean[] {false, true}) {
      List<String> asked = new ArrayList<>();
      Path file = dir.resolve("asked");
      try (RocksStore store = RocksStore.open(dir.resolve("live"), 8 << 20)) {
        SampleState state = new SampleState(store);
        state.fill();
        state.askForThings();
        asked.addAll(SampleState.rows(store, ASKED));
        Backups backups = new Backups(store, store::checkpoint, dir.resolve("checkpoints"), "test");
        try (OutputStream out = Files.newOutputStream(file)) {
          if (dump) {
            backups.dump(out);
          } else {
            backups.archive(out);
          }
        }
      }
      assertEquals(9, asked.size(), asked.toString());
      restore(file, dump);
      try (RocksStore store = restored()) {
        List<String> now = new ArrayList<>(SampleState.rows(store, ASKED));
        // What the restore itself keeps: 'B' 'r'.
        now.removeIf(row -> row.startsWith("4272"));
        assertEquals(asked, now);
      }
      Backups.remove(dir.resolve("restored"));
      Backups.remove(dir.resolve("live"));
    }
  }

  @Test
  void numbersThatWereGivenOutAfterTheBackupAreNotGivenOutAgain() throws IOException {
    for (boolean dump : new boolean[] {false, true}) {
      ChunkId[] newer = new ChunkId[1];
      InodeId[] inode = new InodeId[1];
      Path file =
          backup(
              dump,
              state -> {
                newer[0] = state.allocate();
                inode[0] = state.create(InodeId.ROOT, "newer");
                state.commit(inode[0], true, new Extent(0, 10, newer[0], 0));
              });
      restore(file, dump);
      try (RocksStore store = restored()) {
        Tables tables = new Tables(store);
        NewerChunks kept = tables.newer().get(0);
        assertTrue(kept.contains(newer[0]), "the chunk made since");
        assertTrue(kept.contains(open), "the chunk that was open, and may have grown");
        assertNull(tables.findChunk(open));
        assertEquals(
            0,
            SampleState.rows(store, "G").stream().filter(r -> r.contains(open.hex())).count(),
            "nobody is told to delete it");
        SampleState state = new SampleState(store);
        state.begin();
        assertTrue(state.allocate().sequence() > lastChunk + 1_000_000);
        assertTrue(state.create(InodeId.ROOT, "again").value() > lastInode + 1_000_000);
        state.run(new Command.DiscardNewer());
        assertEquals(List.of(), tables.newer());
      }
      Backups.remove(dir.resolve("restored"));
      Backups.remove(dir.resolve("live"));
    }
  }

  @Test
  void whatASecondRestoreOfTheSameBackupGivesOutTheFirstHasNotGivenOut() throws IOException {
    Path file = backup(false);
    long[] first = new long[2];
    for (int i = 0; i < 2; i++) {
      Timestamp now = new Timestamp(1_800_000_000L + 60 * i, 0);
      Path to = dir.resolve("restored");
      Restore.archive(file, to, to.resolve("db"), now);
      try (RocksStore store = restored()) {
        SampleState state = new SampleState(store);
        state.begin();
        ChunkId chunk = state.allocate();
        if (i == 0) {
          first[0] = chunk.sequence();
          first[1] = state.create(InodeId.ROOT, "again").value();
        } else {
          NewerChunks kept = new Tables(store).newer().get(0);
          assertTrue(chunk.sequence() > first[0] + 500_000);
          assertTrue(kept.contains(ChunkId.of(chunk.group(), first[0])), "until they are let go");
          assertTrue(state.create(InodeId.ROOT, "again").value() > first[1] + 500_000);
        }
      }
      Backups.remove(dir.resolve("restored"));
    }
  }

  @Test
  void aBackupThatIsDamagedOrCutShortIsRefusedAndLeavesNothing() throws IOException {
    for (boolean dump : new boolean[] {false, true}) {
      Path file = backup(dump);
      byte[] good = Files.readAllBytes(file);
      Path bad = dir.resolve("bad");
      Files.write(bad, Arrays.copyOf(good, good.length - 1));
      refused(dump ? null : Errno.EIO, bad, dump);
      Files.write(bad, Arrays.copyOf(good, good.length / 2));
      refused(Errno.EIO, bad, dump);
      byte[] foreign = good.clone();
      foreign[3] ^= 1;
      Files.write(bad, foreign);
      refused(Errno.EINVAL, bad, dump);
      for (int at = 200; at < good.length && !dump; at += 1 + good.length / 20) {
        byte[] flipped = good.clone();
        flipped[at] ^= 4;
        Files.write(bad, flipped);
        refused(Errno.EIO, bad, false);
      }
      Backups.remove(dir.resolve("live"));
    }
  }

  private void refused(Errno errno, Path file, boolean dump) {
    if (errno == null) {
      return; // a dump whose last newline is missing is whole
    }
    assertEquals(errno, assertThrows(FsException.class, () -> restore(file, dump)).errno());
    assertFalse(Files.exists(dir.resolve("restored/db")));
    assertFalse(Files.exists(dir.resolve("restored/unfinished")));
  }

  @Test
  void onlyAnEmptyDirectoryTakesABackup() throws IOException {
    Path file = backup(false);
    Files.createDirectories(dir.resolve("restored"));
    Files.writeString(dir.resolve("restored/something"), "");
    FsException e = assertThrows(FsException.class, () -> restore(file, false));
    assertEquals(Errno.EEXIST, e.errno());
    assertTrue(Files.exists(dir.resolve("restored/something")));
  }
}
