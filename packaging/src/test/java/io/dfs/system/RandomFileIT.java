package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.system.kit.SharedCluster;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same random operations on a file in dfs and on a local one; after each both are alike. */
class RandomFileIT {
  private static final int STEPS = 1500;
  private static final int MAX_BYTES = 6 << 20;

  @TempDir Path local;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aFileInDfsBehavesLikeALocalOne(long seed) throws Exception {
    Path dir = SharedCluster.newDirectory("random-" + seed);
    Path[] paths = {local.resolve("f"), dir.resolve("f")};
    Path otherView = SharedCluster.otherMount().path("random-" + seed).resolve("f");
    Random random = new Random(seed);
    FileChannel[] files = {open(paths[0]), open(paths[1])};
    for (int step = 0; step < STEPS; step++) {
      String where = "seed " + seed + " step " + step;
      int length = random.nextInt(4) == 0 ? random.nextInt(1 << 20) : random.nextInt(10_000);
      long offset = random.nextInt(MAX_BYTES);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> {
          byte[] bytes = new byte[length];
          random.nextBytes(bytes);
          for (FileChannel file : files) {
            file.write(ByteBuffer.wrap(bytes), offset);
          }
        }
        case 4, 5, 6 ->
            assertEquals(read(files[0], offset, length), read(files[1], offset, length), where);
        case 7 -> {
          long size = random.nextInt(MAX_BYTES);
          for (FileChannel file : files) {
            if (size > file.size()) {
              file.write(ByteBuffer.wrap(new byte[1]), size);
            } else {
              file.truncate(size);
            }
          }
        }
        case 8 -> {
          long size = files[0].size();
          if (size > 0) {
            int at = random.nextInt((int) size);
            int span = (int) Math.min(size - at, length + 1);
            byte[] bytes = new byte[span];
            random.nextBytes(bytes);
            for (FileChannel file : files) {
              MappedByteBuffer map = file.map(FileChannel.MapMode.READ_WRITE, at, span);
              map.put(0, bytes);
              map.force();
            }
          }
        }
        case 9 -> {
          for (int i = 0; i < 2; i++) {
            files[i].close();
          }
          if (random.nextInt(4) == 0) {
            assertEquals(
                hash(Files.readAllBytes(paths[0])),
                hash(Files.readAllBytes(otherView)),
                where + " other mount");
          }
          for (int i = 0; i < 2; i++) {
            files[i] = open(paths[i]);
          }
        }
        case 10 -> {
          for (FileChannel file : files) {
            file.force(random.nextBoolean());
          }
        }
        default -> {
          byte[] bytes = new byte[length / 4 + 1];
          random.nextBytes(bytes);
          for (Path path : paths) {
            if (Files.size(path) < MAX_BYTES) {
              Files.write(path, bytes, StandardOpenOption.APPEND);
            }
          }
        }
      }
      assertEquals(files[0].size(), files[1].size(), where);
    }
    for (int i = 0; i < 2; i++) {
      files[i].close();
    }
    assertEquals(
        hash(Files.readAllBytes(paths[0])), hash(Files.readAllBytes(paths[1])), "seed " + seed);
    assertEquals(
        hash(Files.readAllBytes(paths[0])), hash(Files.readAllBytes(otherView)), "seed " + seed);
  }

  private static FileChannel open(Path path) throws Exception {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static String read(FileChannel file, long offset, int length) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      int n = file.read(buffer, offset + buffer.position());
      if (n <= 0) {
        break;
      }
    }
    return hash(Arrays.copyOf(buffer.array(), buffer.position()));
  }

  private static String hash(byte[] bytes) throws Exception {
    return bytes.length
        + ":"
        + java.util.HexFormat.of()
            .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
