package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Timestamp;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommitTest {
  private final Tree tree = new Tree();

  @Test
  void extentsThatFollowEachOtherBecomeOne() {
    InodeId f = tree.create(ROOT, "f");
    ChunkId chunk = tree.allocate();
    tree.done(tree.commit(f, new Extent(0, 10, chunk, 0), new Extent(20, 10, chunk, 20)));
    Attr attr = Tree.attr(tree.done(tree.commit(f, new Extent(10, 10, chunk, 10))));
    assertEquals(30, attr.sizeBytes());
    assertEquals(30, attr.allocatedBytes());
    assertEquals(
        List.of(new Extent(0, 30, chunk, 0)),
        FileLayout.head(tree.tables(), tree.inode(f)).extents());
  }

  @Test
  void appendsOfTwoThatKnewTheSameEndFollowEachOther() {
    InodeId f = tree.create(ROOT, "f");
    ChunkId ann = tree.allocate();
    ChunkId bob = tree.allocate();
    tree.done(append(f, new Extent(0, 10, ann, 0)));
    Attr attr =
        Tree.attr(tree.done(append(f, new Extent(0, 5, bob, 0), new Extent(5, 2, ann, 10))));
    assertEquals(17, attr.sizeBytes());
    assertEquals(
        List.of(new Extent(0, 10, ann, 0), new Extent(10, 5, bob, 0), new Extent(15, 2, ann, 10)),
        FileLayout.head(tree.tables(), tree.inode(f)).extents());
  }

  private Mutation.Commit append(InodeId f, Extent... extents) {
    return new Mutation.Commit(
        tree.id(), f, List.of(extents), Timestamp.EPOCH, List.of(), false, false, true);
  }

  @Test
  void newBytesCutOldOnesWhoseChunkIsDroppedWithItsLastByte() {
    InodeId f = tree.create(ROOT, "f");
    ChunkId old = tree.allocate();
    ChunkId young = tree.allocate();
    tree.done(
        new Mutation.Commit(
            tree.id(),
            f,
            List.of(new Extent(0, 30, old, 0)),
            Timestamp.EPOCH,
            List.of(old),
            false,
            false));
    tree.done(tree.commit(f, new Extent(10, 10, young, 0)));
    assertEquals(
        List.of(
            new Extent(0, 10, old, 0), new Extent(10, 10, young, 0), new Extent(20, 10, old, 20)),
        FileLayout.head(tree.tables(), tree.inode(f)).extents());
    assertEquals(20, tree.tables().findChunk(old).live());
    tree.done(tree.commit(f, new Extent(0, 30, young, 10)));
    assertNull(tree.tables().findChunk(old));
  }

  @Test
  void whatCannotBeIsRefusedAsAWhole() {
    InodeId f = tree.create(ROOT, "f");
    ChunkId chunk = tree.allocate();
    ChunkId unknown = ChunkId.of(new GroupId(1), 99);
    tree.refused(
        Errno.EINVAL, tree.commit(f, new Extent(0, 5, chunk, 0), new Extent(9, 5, unknown, 0)));
    tree.refused(Errno.EINVAL, tree.commit(f, new Extent(0, 0, chunk, 0)));
    tree.refused(Errno.EFBIG, tree.commit(f, new Extent(Long.MAX_VALUE - 3, 5, chunk, 0)));
    tree.refused(Errno.EINVAL, tree.commit(ROOT, new Extent(0, 5, chunk, 0)));
    tree.refused(Errno.ENOENT, tree.commit(new InodeId(999), new Extent(0, 5, chunk, 0)));
    assertEquals(0, tree.inode(f).size());
    assertEquals(0, tree.tables().findChunk(chunk).live());
  }

  @Test
  void onlyTheWriterOfAChunkCommitsMoreOfIt() {
    InodeId f = tree.create(ROOT, "f");
    ChunkId chunk = tree.allocate();
    tree.done(tree.commit(f, new Extent(0, 10, chunk, 0)));
    SessionId other = tree.session();
    Mutation.Commit longer =
        new Mutation.Commit(
            new RequestId(other, 0, 1),
            f,
            List.of(new Extent(10, 5, chunk, 10)),
            Timestamp.EPOCH,
            List.of(),
            false,
            false);
    tree.refused(Errno.EINVAL, longer);
    Mutation.Commit again =
        new Mutation.Commit(
            new RequestId(other, 0, 2),
            f,
            List.of(new Extent(50, 5, chunk, 0)),
            Timestamp.EPOCH,
            List.of(chunk),
            false,
            false);
    tree.done(again);
    assertFalse(tree.tables().findChunk(chunk).sealed(), "nor does another seal it");
  }

  @Test
  void aFileWithoutANameTakesWhatIsStillWrittenToIt() {
    InodeId f = tree.create(ROOT, "f");
    ChunkId chunk = tree.allocate();
    tree.done(tree.unlink(Caller.ROOT, ROOT, "f"));
    assertEquals(5, Tree.attr(tree.done(tree.commit(f, new Extent(0, 5, chunk, 0)))).sizeBytes());
  }

  @Test
  void setIdBitsGoWhenTheWriterSaysSo() {
    InodeId f = tree.create(Caller.ROOT, ROOT, "f", 06755);
    Mutation.Commit clearing =
        new Mutation.Commit(tree.id(), f, List.of(), new Timestamp(9, 9), List.of(), false, true);
    Attr attr = Tree.attr(tree.done(clearing));
    assertEquals(0755, attr.mode());
    assertEquals(new Timestamp(9, 9), attr.mtime());
  }
}
