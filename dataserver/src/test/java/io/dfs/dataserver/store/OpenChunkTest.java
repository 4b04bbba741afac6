package io.dfs.dataserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.dataserver.chunk.ChunkFile;
import io.dfs.dataserver.chunk.FileIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenChunkTest {
  private static final ChunkId ID = ChunkId.of(new GroupId(1), 1);

  @TempDir Path root;
  private Disks disks;
  private Disk disk;
  private OpenChunk chunk;

  @BeforeEach
  void open() throws IOException {
    disks = Disks.open(List.of(root.resolve("a")), 0, 2);
    disks.adopt("cluster", new NodeId(1));
    disk = disks.all().get(0);
    chunk = new OpenChunk(ID, Runnable::run);
    FileIo io = FileIo.create(root.resolve("chunk"));
    chunk.locate(new OpenChunk.Located(ChunkFile.create(io, "chunk", ID, 1, 1), disk));
  }

  @AfterEach
  void close() throws IOException {
    chunk.located().file().close();
    disks.close();
  }

  private Thread threadOfBriefTask() {
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    chunk.runBrief(() -> ran.complete(Thread.currentThread()));
    return ran.orTimeout(10, TimeUnit.SECONDS).join();
  }

  @Test
  void aBriefTaskRunsOnTheCallersThreadWhileTheDiskIsQuick() {
    assertEquals(Thread.currentThread(), threadOfBriefTask());
    assertEquals(Thread.currentThread(), threadOfBriefTask());
  }

  @Test
  void aBriefTaskRunsOnTheDisksThreadAfterASlowWrite() {
    disk.took(TimeUnit.MILLISECONDS.toNanos(5));
    assertNotEquals(Thread.currentThread(), threadOfBriefTask());
    disk.took(TimeUnit.MICROSECONDS.toNanos(5));
    assertTrue(disk.isQuick());
  }

  @Test
  void aBriefTaskWaitsItsTurnBehindOthers() {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    CompletableFuture<Void> done = new CompletableFuture<>();
    chunk.run(
        () -> {
          begun.complete(null);
          goOn.orTimeout(10, TimeUnit.SECONDS).join();
          order.add(1);
        });
    begun.orTimeout(10, TimeUnit.SECONDS).join();
    chunk.runBrief(() -> order.add(2));
    chunk.run(() -> order.add(3));
    chunk.runBrief(() -> done.complete(null));
    goOn.complete(null);
    done.orTimeout(10, TimeUnit.SECONDS).join();
    assertEquals(List.of(1, 2, 3), order);
  }
}
