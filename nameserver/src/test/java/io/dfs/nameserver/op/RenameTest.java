package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.BOB;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import org.junit.jupiter.api.Test;

final class RenameTest {
  private final Tree tree = new Tree();

  private Mutation.Rename rename(Caller c, InodeId from, String name, InodeId to, String newName) {
    return flagged(c, from, name, to, newName, 0);
  }

  private Mutation.Rename flagged(
      Caller c, InodeId from, String name, InodeId to, String newName, int flags) {
    return new Mutation.Rename(tree.id(), c, from, Name.of(name), to, Name.of(newName), flags);
  }

  @Test
  void aMissingSourceFailsWithENOENTEvenIfTheTargetWouldFailToo() {
    InodeId d = tree.mkdir(ROOT, "d");
    tree.create(d, "f");
    tree.refused(Errno.ENOENT, rename(Caller.ROOT, ROOT, "none", ROOT, "d"));
  }

  @Test
  void dotsFailWithEBUSY() {
    tree.mkdir(ROOT, "d");
    tree.refused(Errno.EBUSY, rename(Caller.ROOT, ROOT, ".", ROOT, "x"));
    tree.refused(Errno.EBUSY, rename(Caller.ROOT, ROOT, "d", ROOT, ".."));
  }

  @Test
  void aDirectoryBelowItselfFailsWithEINVAL() {
    InodeId a = tree.mkdir(ROOT, "a");
    InodeId b = tree.mkdir(a, "b");
    tree.refused(Errno.EINVAL, rename(Caller.ROOT, ROOT, "a", b, "x"));
    tree.refused(Errno.EINVAL, rename(Caller.ROOT, ROOT, "a", a, "x"));
  }

  @Test
  void theTypesOfSourceAndTargetHaveToAgree() {
    InodeId d = tree.mkdir(ROOT, "d");
    tree.create(ROOT, "f");
    tree.refused(Errno.EISDIR, rename(Caller.ROOT, ROOT, "f", ROOT, "d"));
    tree.refused(Errno.ENOTDIR, rename(Caller.ROOT, ROOT, "d", ROOT, "f"));
    tree.create(d, "in");
    tree.mkdir(ROOT, "e");
    tree.refused(Errno.ENOTEMPTY, rename(Caller.ROOT, ROOT, "e", ROOT, "d"));
  }

  @Test
  void ontoAnotherNameOfTheSameFileNothingHappens() {
    InodeId f = tree.create(ROOT, "f");
    tree.done(tree.link(Caller.ROOT, f, ROOT, "g"));
    tree.done(rename(Caller.ROOT, ROOT, "f", ROOT, "g"));
    assertEquals(f, tree.find(ROOT, "f"));
    assertEquals(f, tree.find(ROOT, "g"));
    assertEquals(2, tree.inode(f).nlink());
  }

  @Test
  void theReplacedFileLosesItsNameAndTheMovedDirectoryItsOldParent() {
    InodeId a = tree.mkdir(ROOT, "a");
    InodeId b = tree.mkdir(ROOT, "b");
    InodeId moved = tree.mkdir(a, "m");
    InodeId replaced = tree.mkdir(b, "m");
    tree.done(rename(Caller.ROOT, a, "m", b, "m"));
    assertEquals(0, tree.inode(replaced).nlink());
    assertEquals(b, tree.inode(moved).parent());
    assertEquals(2, tree.inode(a).nlink());
    assertEquals(3, tree.inode(b).nlink());
    assertEquals(tree.now(), tree.inode(a).mtime());
    assertEquals(tree.now(), tree.inode(b).mtime());
  }

  @Test
  void anExistingTargetFailsWithEEXISTWhenItMustNotBeReplaced() {
    tree.create(ROOT, "f");
    tree.create(ROOT, "g");
    tree.refused(
        Errno.EEXIST, flagged(Caller.ROOT, ROOT, "f", ROOT, "g", Mutation.Rename.NOREPLACE));
    tree.done(flagged(Caller.ROOT, ROOT, "f", ROOT, "h", Mutation.Rename.NOREPLACE));
    tree.refused(Errno.EINVAL, flagged(Caller.ROOT, ROOT, "g", ROOT, "h", 8));
  }

  @Test
  void anExchangeSwapsAFileAndADirectoryAndNeedsBoth() {
    InodeId d = tree.mkdir(ROOT, "d");
    InodeId sub = tree.mkdir(d, "x");
    InodeId f = tree.create(ROOT, "f");
    tree.done(flagged(Caller.ROOT, ROOT, "f", d, "x", Mutation.Rename.EXCHANGE));
    assertEquals(sub, tree.find(ROOT, "f"));
    assertEquals(f, tree.find(d, "x"));
    assertEquals(ROOT, tree.inode(sub).parent());
    tree.refused(
        Errno.ENOENT, flagged(Caller.ROOT, ROOT, "f", d, "none", Mutation.Rename.EXCHANGE));
    tree.refused(Errno.EINVAL, flagged(Caller.ROOT, d, "x", ROOT, "d", Mutation.Rename.EXCHANGE));
  }

  @Test
  void bothDirectoriesHaveToBeWritableAndAMovedDirectoryToo() {
    InodeId shut = tree.mkdir(ROOT, "shut", 0755);
    InodeId open = tree.mkdir(ROOT, "open");
    tree.create(ANN, open, "f", 0644);
    tree.create(shut, "g");
    tree.refused(Errno.EACCES, rename(ANN, open, "f", shut, "f"));
    tree.refused(Errno.EACCES, rename(ANN, shut, "g", open, "g"));
    InodeId other = tree.mkdir(ROOT, "other");
    tree.mkdir(open, "sub", 0755);
    tree.refused(Errno.EACCES, rename(ANN, open, "sub", other, "sub"));
    tree.done(rename(ANN, open, "sub", open, "renamed"));
  }

  @Test
  void aStickyTargetProtectsWhatWouldBeReplaced() {
    InodeId tmp = tree.mkdir(ROOT, "tmp", 01777);
    tree.create(ANN, tmp, "a", 0666);
    tree.create(BOB, tmp, "b", 0666);
    tree.refused(Errno.EPERM, rename(BOB, tmp, "b", tmp, "a"));
  }
}
