package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.BOB;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Timestamp;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SetAttrTest {
  private final Tree tree = new Tree();

  private Mutation.SetAttr mode(Caller caller, InodeId inode, int mode) {
    return new Mutation.SetAttr(
        tree.id(), caller, inode, mode, null, null, null, null, null, false, false);
  }

  private Mutation.SetAttr owner(Caller caller, InodeId inode, Integer uid, Integer gid) {
    return new Mutation.SetAttr(
        tree.id(), caller, inode, null, uid, gid, null, null, null, false, false);
  }

  private Mutation.SetAttr size(Caller caller, InodeId inode, long size) {
    return new Mutation.SetAttr(
        tree.id(), caller, inode, null, null, null, size, null, null, false, false);
  }

  private Mutation.SetAttr times(Caller caller, InodeId inode, Timestamp mtime, boolean now) {
    return new Mutation.SetAttr(
        tree.id(), caller, inode, null, null, null, null, null, mtime, now, now && mtime == null);
  }

  private InodeId file(int mode) {
    return tree.create(ANN, tree.mkdir(ROOT, "d"), "f", mode);
  }

  @Test
  void onlyTheOwnerChangesTheMode() {
    InodeId f = file(0666);
    tree.refused(Errno.EPERM, mode(BOB, f, 0777));
    assertEquals(0600, Tree.attr(tree.done(mode(ANN, f, 0600))).mode());
    assertEquals(tree.now(), tree.inode(f).ctime());
  }

  @Test
  void setgidIsLostWhenTheOwnerIsNotOfTheGroup() {
    InodeId f = file(0755);
    tree.done(owner(Caller.ROOT, f, null, 300));
    assertEquals(0755, Tree.attr(tree.done(mode(ANN, f, 02755))).mode());
    assertEquals(02755, Tree.attr(tree.done(mode(Caller.ROOT, f, 02755))).mode());
  }

  @Test
  void nobodyGivesAFileAwayAndTheSuperUserClearsTheSetIdBits() {
    InodeId f = file(0755);
    tree.refused(Errno.EPERM, owner(ANN, f, 200, null));
    tree.refused(Errno.EPERM, owner(ANN, f, null, 300));
    tree.done(owner(ANN, f, 100, 100));
    tree.done(mode(ANN, f, 06755));
    Attr given = Tree.attr(tree.done(owner(Caller.ROOT, f, 200, 200)));
    assertEquals(0755, given.mode());
    assertEquals(200, given.uid());
  }

  @Test
  void theSizeNeedsWritePermissionAndAFile() {
    InodeId f = file(0644);
    tree.refused(Errno.EACCES, size(BOB, f, 5));
    tree.refused(Errno.EISDIR, size(Caller.ROOT, ROOT, 5));
    tree.refused(Errno.EINVAL, size(ANN, f, -1));
    tree.refused(Errno.ENOENT, size(ANN, new InodeId(999), 5));
  }

  @Test
  void aNewSizeChangesVersionTimesAndBytes() {
    InodeId f = file(0644);
    ChunkId chunk = tree.allocate();
    tree.done(tree.commit(f, new Extent(0, 100, chunk, 0)));
    long version = tree.inode(f).version();
    Attr cut = Tree.attr(tree.done(size(ANN, f, 40)));
    assertEquals(40, cut.sizeBytes());
    assertEquals(40, cut.allocatedBytes());
    assertEquals(version + 1, cut.version());
    assertEquals(tree.now(), cut.mtime());
    Attr grown = Tree.attr(tree.done(size(ANN, f, 1L << 40)));
    assertEquals(40, grown.allocatedBytes());
    assertEquals(
        List.of(new Extent(0, 40, chunk, 0)),
        FileLayout.head(tree.tables(), tree.inode(f)).extents());
  }

  @Test
  void anotherTimeIsTheOwnersRightAndNowThatOfWhoMayWrite() {
    InodeId f = file(0666);
    tree.refused(Errno.EPERM, times(BOB, f, new Timestamp(7, 8), false));
    tree.done(times(BOB, f, null, true));
    assertEquals(tree.now(), tree.inode(f).mtime());
    tree.done(times(ANN, f, new Timestamp(7, 8), false));
    assertEquals(new Timestamp(7, 8), tree.inode(f).mtime());
    tree.done(mode(ANN, f, 0644));
    tree.refused(Errno.EACCES, times(BOB, f, null, true));
  }
}
