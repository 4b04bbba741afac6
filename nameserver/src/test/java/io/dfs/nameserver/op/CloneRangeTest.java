package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CloneRangeTest {
  private final Tree tree = new Tree();
  private final InodeId a = tree.create(ROOT, "a");
  private final InodeId b = tree.create(ROOT, "b");
  private final ChunkId chunk = tree.allocate();

  private Mutation.CloneRange range(
      InodeId from, long fromOffset, InodeId to, long toOffset, long length) {
    return new Mutation.CloneRange(tree.id(), from, fromOffset, to, toOffset, length, false);
  }

  private Reply.Ranged copy(long fromOffset, long toOffset, long length) {
    return (Reply.Ranged) tree.done(range(a, fromOffset, b, toOffset, length));
  }

  private List<Extent> layout(InodeId inode) {
    return FileLayout.head(tree.tables(), tree.inode(inode)).extents();
  }

  private void write(InodeId inode, List<Extent> extents) {
    tree.done(
        new Mutation.Commit(
            tree.id(), inode, extents, Timestamp.EPOCH, List.of(chunk), false, false));
  }

  @Test
  void bothFilesReferToTheSameBytesWhichLiveUntilBothAreGone() {
    write(a, List.of(new Extent(0, 100, chunk, 0)));
    Reply.Ranged done = copy(0, 0, 1000);
    assertEquals(100, done.doneBytes());
    assertEquals(100, done.attr().sizeBytes());
    assertEquals(100, done.attr().allocatedBytes());
    assertEquals(layout(a), layout(b));
    assertEquals(200, tree.tables().findChunk(chunk).live());
    tree.done(truncate(a));
    assertEquals(100, tree.tables().findChunk(chunk).live());
    tree.done(truncate(b));
    assertNull(tree.tables().findChunk(chunk));
  }

  private Mutation truncate(InodeId inode) {
    return new Mutation.SetAttr(
        tree.id(),
        io.dfs.common.message.Caller.ROOT,
        inode,
        null,
        null,
        null,
        0L,
        null,
        null,
        false,
        false);
  }

  @Test
  void aPartReplacesWhatWasThereAndBringsItsHoles() {
    ChunkId old = tree.allocate();
    tree.done(tree.commit(b, new Extent(0, 100, old, 0)));
    write(a, List.of(new Extent(0, 10, chunk, 0), new Extent(30, 10, chunk, 10)));
    Reply.Ranged done = copy(5, 50, 30);
    assertEquals(30, done.doneBytes());
    assertEquals(
        List.of(
            new Extent(0, 50, old, 0),
            new Extent(50, 5, chunk, 5),
            new Extent(75, 5, chunk, 10),
            new Extent(80, 20, old, 80)),
        layout(b));
    assertEquals(100, done.attr().sizeBytes());
  }

  @Test
  void rangesOfOneFileMayNotOverlap() {
    write(a, List.of(new Extent(0, 100, chunk, 0)));
    tree.refused(Errno.EINVAL, range(a, 0, a, 50, 51));
    tree.done(range(a, 0, a, 50, 50));
    assertEquals(List.of(new Extent(0, 50, chunk, 0), new Extent(50, 50, chunk, 0)), layout(a));
    assertEquals(100, tree.tables().findChunk(chunk).live());
  }

  @Test
  void nothingIsCopiedFromTheEndOn() {
    assertEquals(0, copy(0, 0, 10).doneBytes());
    tree.refused(Errno.EFBIG, range(a, 0, b, Long.MAX_VALUE, 10));
    tree.refused(Errno.EINVAL, range(a, 0, ROOT, 0, 10));
  }

  @Test
  void aFileOfVeryManyExtentsIsCopiedInParts() {
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < CloneRange.MAX_EXTENTS + 10; i++) {
      extents.add(new Extent(2 * i, 1, chunk, 2 * i));
    }
    write(a, extents);
    long first = copy(0, 0, 10_000).doneBytes();
    long second = copy(first, first, 10_000).doneBytes();
    assertEquals(tree.inode(a).size(), first + second);
    assertEquals(tree.inode(a).allocated(), tree.inode(b).allocated());
    assertEquals(
        FileLayout.part(tree.tables(), tree.inode(a), 0, 5000).extents(),
        FileLayout.part(tree.tables(), tree.inode(b), 0, 5000).extents());
  }
}
