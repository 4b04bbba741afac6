package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import org.junit.jupiter.api.Test;

final class LinkTest {
  private final Tree tree = new Tree();

  @Test
  void aNewNameCountsAndTouchesTheDirectory() {
    InodeId d = tree.mkdir(ROOT, "d");
    InodeId f = tree.create(ROOT, "f");
    Attr linked = Tree.attr(tree.done(tree.link(Caller.ROOT, f, d, "g")));
    assertEquals(2, linked.nlink());
    assertEquals(tree.now(), tree.inode(f).ctime());
    assertEquals(tree.now(), tree.inode(d).mtime());
    assertEquals(f, tree.find(d, "g"));
  }

  @Test
  void anExistingNameFailsWithEEXISTBeforeTheTypeIsLookedAt() {
    InodeId d = tree.mkdir(ROOT, "d");
    tree.create(ROOT, "f");
    tree.refused(Errno.EEXIST, tree.link(Caller.ROOT, d, ROOT, "f"));
    tree.refused(Errno.EPERM, tree.link(Caller.ROOT, d, ROOT, "e"));
    tree.refused(Errno.EEXIST, tree.link(Caller.ROOT, d, ROOT, "."));
  }

  @Test
  void anInodeWithoutANameAndARemovedDirectoryFailWithENOENT() {
    InodeId d = tree.mkdir(ROOT, "d");
    InodeId f = tree.create(ROOT, "f");
    InodeId gone = tree.create(ROOT, "gone");
    tree.done(tree.unlink(Caller.ROOT, ROOT, "gone"));
    tree.refused(Errno.ENOENT, tree.link(Caller.ROOT, gone, ROOT, "back"));
    tree.done(tree.rmdir(Caller.ROOT, ROOT, "d"));
    tree.refused(Errno.ENOENT, tree.link(Caller.ROOT, f, d, "g"));
    tree.refused(Errno.ENOTDIR, tree.link(Caller.ROOT, f, f, "g"));
  }

  @Test
  void theDirectoryHasToBeWritable() {
    InodeId f = tree.create(ROOT, "f");
    tree.refused(Errno.EACCES, tree.link(ANN, f, ROOT, "g"));
  }
}
