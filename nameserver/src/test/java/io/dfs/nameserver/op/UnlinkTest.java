package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.BOB;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UnlinkTest {
  private final Tree tree = new Tree();

  @Test
  void aFileWithOtherNamesLives() {
    InodeId f = tree.create(ROOT, "f");
    tree.done(tree.link(Caller.ROOT, f, ROOT, "g"));
    Attr left = Tree.attr(tree.done(tree.unlink(Caller.ROOT, ROOT, "f")));
    assertEquals(1, left.nlink());
    assertEquals(tree.now(), tree.inode(f).ctime());
    assertEquals(tree.now(), tree.inode(ROOT).mtime());
    assertEquals(List.of(), tree.tables().orphans(new InodeId(0), 10));
    tree.done(tree.unlink(Caller.ROOT, ROOT, "g"));
    assertEquals(List.of(f), tree.tables().orphans(new InodeId(0), 10));
    assertNull(tree.find(ROOT, "g"));
  }

  @Test
  void aDirectoryFailsWithEISDIRAndADotToo() {
    tree.mkdir(ROOT, "d");
    tree.refused(Errno.EISDIR, tree.unlink(Caller.ROOT, ROOT, "d"));
    tree.refused(Errno.EISDIR, tree.unlink(Caller.ROOT, ROOT, ".."));
  }

  @Test
  void permissionIsAskedBeforeTheType() {
    InodeId shut = tree.mkdir(ROOT, "shut", 0755);
    tree.mkdir(shut, "d");
    tree.refused(Errno.EACCES, tree.unlink(ANN, shut, "d"));
    tree.refused(Errno.ENOENT, tree.unlink(ANN, shut, "none"));
  }

  @Test
  void inAStickyDirectoryTheOwnerOfTheFileOrTheDirectoryRemoves() {
    InodeId tmp = tree.mkdir(ROOT, "tmp", 01777);
    tree.create(ANN, tmp, "f", 0666);
    tree.refused(Errno.EPERM, tree.unlink(BOB, tmp, "f"));
    tree.done(tree.unlink(ANN, tmp, "f"));
  }
}
