package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import org.junit.jupiter.api.Test;

final class RmdirTest {
  private final Tree tree = new Tree();

  @Test
  void anEmptyDirectoryGoesAndItsParentHasALinkLess() {
    InodeId d = tree.mkdir(ROOT, "d");
    assertEquals(3, tree.inode(ROOT).nlink());
    tree.done(tree.rmdir(Caller.ROOT, ROOT, "d"));
    assertEquals(2, tree.inode(ROOT).nlink());
    assertEquals(0, tree.inode(d).nlink());
    assertEquals(tree.now(), tree.inode(ROOT).mtime());
  }

  @Test
  void aFileFailsWithENOTDIRAndWhatHasEntriesWithENOTEMPTY() {
    tree.create(ROOT, "f");
    InodeId d = tree.mkdir(ROOT, "d");
    tree.create(d, "in");
    tree.refused(Errno.ENOTDIR, tree.rmdir(Caller.ROOT, ROOT, "f"));
    tree.refused(Errno.ENOTEMPTY, tree.rmdir(Caller.ROOT, ROOT, "d"));
  }

  @Test
  void dotFailsWithEINVALAndTwoDotsWithENOTEMPTY() {
    tree.refused(Errno.EINVAL, tree.rmdir(Caller.ROOT, ROOT, "."));
    tree.refused(Errno.ENOTEMPTY, tree.rmdir(Caller.ROOT, ROOT, ".."));
  }

  @Test
  void permissionIsAskedBeforeTheEntriesAre() {
    InodeId shut = tree.mkdir(ROOT, "shut", 0755);
    InodeId d = tree.mkdir(shut, "d");
    tree.create(d, "in");
    tree.refused(Errno.EACCES, tree.rmdir(ANN, shut, "d"));
  }

  @Test
  void nothingIsMadeInARemovedDirectory() {
    InodeId d = tree.mkdir(ROOT, "d");
    tree.done(tree.rmdir(Caller.ROOT, ROOT, "d"));
    tree.refused(Errno.ENOENT, new Mutation.Mkdir(tree.id(), Caller.ROOT, d, Name.of("sub"), 0755));
  }
}
