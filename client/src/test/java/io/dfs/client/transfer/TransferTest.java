package io.dfs.client.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.api.Dfs;
import io.dfs.client.fake.FakeCluster;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TransferTest {
  private static final int CHUNK = 4 << 20;

  private final FakeCluster cluster = new FakeCluster(3, CHUNK, 100);
  private final byte[] content = new byte[6 * CHUNK + 12_345];

  @TempDir Path local;
  private Path source;

  @BeforeEach
  void fill() throws IOException {
    new Random(5).nextBytes(content);
    source = local.resolve("source");
    Files.write(source, content);
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private void checkGet(DfsVfs vfs) throws IOException {
    Path copy = local.resolve("copy");
    new Transfer(vfs, Caller.ROOT).get("/f", copy, done -> {});
    assertArrayEquals(content, Files.readAllBytes(copy));
    try (Stream<Path> left = Files.list(local)) {
      assertEquals(2, left.count(), "parts are left");
    }
  }

  @Test
  void segmentsGoToChunksOfTheirOwnAndProgressIsExact() throws IOException {
    try (DfsVfs vfs = cluster.connect()) {
      List<Long> told = new ArrayList<>();
      new Transfer(vfs, Caller.ROOT).put(source, "/f", told::add);
      assertEquals(0, told.get(0));
      assertEquals(content.length, told.get(told.size() - 1));
      assertEquals(told.stream().sorted().toList(), told);
      List<Extent> extents = Dfs.of(vfs, Caller.ROOT).layout("/f");
      Set<Long> chunks = new HashSet<>();
      extents.forEach(e -> chunks.add(e.chunk().value()));
      assertTrue(chunks.size() <= 8, chunks.size() + " chunks");
      assertTrue(extents.size() <= 12, extents.size() + " extents: " + extents);
      checkGet(vfs);
    }
  }

  @Test
  void aStreamInOrderFillsOneChunkAfterAnother() throws IOException {
    try (DfsVfs vfs = cluster.connect()) {
      try (OutputStream out = Dfs.of(vfs, Caller.ROOT).newOutputStream("/f")) {
        out.write(content);
      }
      List<Extent> extents = Dfs.of(vfs, Caller.ROOT).layout("/f");
      assertEquals(7, extents.size(), extents::toString);
      checkGet(vfs);
    }
  }

  @Test
  void aPutGoesOnWithWhatIsMissing() throws IOException {
    try (DfsVfs vfs = cluster.connect()) {
      Transfer transfer = new Transfer(vfs, Caller.ROOT);
      assertThrows(
          IllegalStateException.class,
          () -> transfer.put(source, "/f", done -> breakOff(done, 3L * CHUNK)));
      long[] first = {-1};
      long[] last = {-1};
      transfer.put(
          source,
          "/f",
          done -> {
            first[0] = first[0] < 0 ? done : first[0];
            last[0] = done;
          });
      assertTrue(first[0] >= 3L * CHUNK, "went on with " + first[0]);
      assertEquals(content.length, last[0]);
      checkGet(vfs);
    }
  }

  private static void breakOff(long done, long at) {
    if (done >= at) {
      throw new IllegalStateException("broken off");
    }
  }

  @Test
  void aGetGoesOnWithWhatIsMissingAndBelievesOnlyWhatItVerifies() throws IOException {
    try (DfsVfs vfs = cluster.connect()) {
      Transfer transfer = new Transfer(vfs, Caller.ROOT);
      transfer.put(source, "/f", done -> {});
      Path copy = local.resolve("copy");
      // Of six segments, four at once, one at least is complete by then.
      assertThrows(
          IllegalStateException.class,
          () -> transfer.get("/f", copy, done -> breakOff(done, 5L * CHUNK)));
      long[] first = {-1};
      assertThrows(
          IllegalStateException.class,
          () ->
              transfer.get(
                  "/f",
                  copy,
                  done -> {
                    first[0] = done;
                    throw new IllegalStateException("looked");
                  }));
      assertTrue(first[0] >= CHUNK, "went on with " + first[0]);

      // As a power cut may leave it.
      Path part;
      try (Stream<Path> files = Files.list(local)) {
        part = files.filter(f -> f.toString().endsWith(".dfs-part")).findAny().orElseThrow();
      }
      Files.write(part, new byte[(int) Files.size(part)]);
      transfer.get("/f", copy, done -> first[0] = Math.min(first[0], done));
      assertEquals(0, first[0]);
      assertArrayEquals(content, Files.readAllBytes(copy));
    }
  }
}
