package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Mutation.Allocate;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AllocateTest {
  private static final int BLOCK = 4096;

  private final Tree tree = new Tree();
  private final InodeId f = tree.create(ROOT, "f");
  private final ChunkId chunk = tree.allocate();

  private Reply.Ranged allocate(int mode, long offset, long length) {
    return (Reply.Ranged)
        tree.done(new Mutation.Allocate(tree.id(), f, mode, offset, length, false));
  }

  private void refused(Errno errno, int mode, long offset, long length) {
    tree.refused(errno, new Mutation.Allocate(tree.id(), f, mode, offset, length, false));
  }

  private List<Extent> layout() {
    return FileLayout.head(tree.tables(), tree.inode(f)).extents();
  }

  private void write(long offset, int length, int chunkOffset) {
    tree.done(tree.commit(f, new Extent(offset, length, chunk, chunkOffset)));
  }

  @Test
  void allocatingGrowsTheFileUnlessItsSizeIsToStay() {
    assertEquals(100, allocate(0, 40, 60).attr().sizeBytes());
    assertEquals(100, allocate(0, 0, 10).attr().sizeBytes());
    Attr attr = allocate(Allocate.KEEP_SIZE, 0, 1000).attr();
    assertEquals(100, attr.sizeBytes());
    assertEquals(0, attr.allocatedBytes());
    assertEquals(tree.now(), attr.mtime());
  }

  @Test
  void aHoleIsPunchedAndItsBytesAreFreed() {
    write(0, 100, 0);
    Attr attr = allocate(Allocate.PUNCH_HOLE | Allocate.KEEP_SIZE, 20, 1000).attr();
    assertEquals(100, attr.sizeBytes());
    assertEquals(20, attr.allocatedBytes());
    assertEquals(20, tree.tables().findChunk(chunk).live());
    refused(Errno.EOPNOTSUPP, Allocate.PUNCH_HOLE, 0, 10);
  }

  @Test
  void zeroingPastTheEndGrowsTheFileUnlessItsSizeIsToStay() {
    write(0, 100, 0);
    assertEquals(
        100, allocate(Allocate.ZERO_RANGE | Allocate.KEEP_SIZE, 50, 100).attr().sizeBytes());
    assertEquals(150, allocate(Allocate.ZERO_RANGE, 50, 100).attr().sizeBytes());
    assertEquals(List.of(new Extent(0, 50, chunk, 0)), layout());
  }

  @Test
  void collapsingMovesWhatFollowsToTheFront() {
    write(0, 3 * BLOCK, 0);
    Attr attr = allocate(Allocate.COLLAPSE_RANGE, BLOCK, BLOCK).attr();
    assertEquals(2 * BLOCK, attr.sizeBytes());
    assertEquals(
        List.of(new Extent(0, BLOCK, chunk, 0), new Extent(BLOCK, BLOCK, chunk, 2 * BLOCK)),
        layout());
    refused(Errno.EINVAL, Allocate.COLLAPSE_RANGE, BLOCK, BLOCK);
    refused(Errno.EINVAL, Allocate.COLLAPSE_RANGE, 1, BLOCK);
  }

  @Test
  void insertingMovesWhatFollowsToTheBack() {
    write(0, 2 * BLOCK, 0);
    Attr attr = allocate(Allocate.INSERT_RANGE, BLOCK, 2 * BLOCK).attr();
    assertEquals(4 * BLOCK, attr.sizeBytes());
    assertEquals(
        List.of(new Extent(0, BLOCK, chunk, 0), new Extent(3 * BLOCK, BLOCK, chunk, BLOCK)),
        layout());
    refused(Errno.EINVAL, Allocate.INSERT_RANGE, 4 * BLOCK, BLOCK);
    refused(Errno.EFBIG, Allocate.INSERT_RANGE, 0, Long.MAX_VALUE - BLOCK + 1);
  }

  @Test
  void aRangeOfVeryManyExtentsIsWorkedOffInParts() {
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i <= SetAttr.MAX_CUT_EXTENTS; i++) {
      extents.add(new Extent(2 * i, 1, chunk, 2 * i));
    }
    tree.done(
        new Mutation.Commit(tree.id(), f, extents, Timestamp.EPOCH, List.of(chunk), false, false));
    int mode = Allocate.PUNCH_HOLE | Allocate.KEEP_SIZE;
    long done = allocate(mode, 0, 100_000).doneBytes();
    assertEquals(2 * SetAttr.MAX_CUT_EXTENTS, done);
    assertEquals(1, tree.inode(f).allocated());
    assertEquals(100_000 - done, allocate(mode, done, 100_000 - done).doneBytes());
    assertTrue(layout().isEmpty());
    assertNull(tree.tables().findChunk(chunk));
  }

  @Test
  void impossibleRangesAreRefused() {
    refused(Errno.EINVAL, 0, 0, 0);
    refused(Errno.EINVAL, 0, -1, 10);
    refused(Errno.EFBIG, 0, Long.MAX_VALUE, 1);
    refused(Errno.EOPNOTSUPP, 0x80, 0, 1);
    InodeId d = tree.mkdir(ROOT, "d");
    tree.refused(Errno.ENODEV, new Mutation.Allocate(tree.id(), d, 0, 0, 1, false));
  }
}
