package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import org.junit.jupiter.api.Test;

final class CreateTest {
  private final Tree tree = new Tree();

  private Mutation.Create create(
      Caller caller, InodeId parent, String name, int mode, boolean exclusive) {
    return new Mutation.Create(tree.id(), caller, parent, Name.of(name), mode, exclusive, false);
  }

  @Test
  void anExistingFileIsFoundUnlessItMustBeNew() {
    InodeId f = tree.create(ROOT, "f");
    Reply.Opened found = (Reply.Opened) tree.done(create(Caller.ROOT, ROOT, "f", 0600, false));
    assertEquals(f, found.attr().inode());
    assertFalse(found.created());
    assertEquals(0644, found.attr().mode());
    tree.refused(Errno.EEXIST, create(Caller.ROOT, ROOT, "f", 0644, true));
    assertTrue(((Reply.Opened) tree.done(create(Caller.ROOT, ROOT, "g", 0600, false))).created());
  }

  @Test
  void aDirectoryFailsWithEISDIROrIfItMustBeNewWithEEXIST() {
    tree.mkdir(ROOT, "d");
    tree.refused(Errno.EISDIR, create(Caller.ROOT, ROOT, "d", 0644, false));
    tree.refused(Errno.EEXIST, create(Caller.ROOT, ROOT, "d", 0644, true));
    tree.refused(Errno.EISDIR, create(Caller.ROOT, ROOT, ".", 0644, false));
    tree.refused(Errno.EEXIST, create(Caller.ROOT, ROOT, "..", 0644, true));
  }

  @Test
  void whatExistsNeedsNoWritePermissionInTheDirectoryAndWhatDoesNotDoes() {
    tree.create(ROOT, "f");
    tree.done(create(ANN, ROOT, "f", 0644, false));
    tree.refused(Errno.EEXIST, create(ANN, ROOT, "f", 0644, true));
    tree.refused(Errno.EACCES, create(ANN, ROOT, "g", 0644, false));
  }

  @Test
  void withoutSearchPermissionNothingIsFound() {
    InodeId shut = tree.mkdir(ROOT, "shut", 0700);
    tree.create(shut, "f");
    tree.refused(Errno.EACCES, create(ANN, shut, "f", 0644, false));
    tree.refused(Errno.EACCES, create(ANN, shut, "f", 0644, true));
  }

  @Test
  void aParentThatIsNoneFailsWithENOTDIRAndARemovedOneWithENOENT() {
    InodeId f = tree.create(ROOT, "f");
    tree.refused(Errno.ENOTDIR, create(Caller.ROOT, f, "g", 0644, true));
    InodeId d = tree.mkdir(ROOT, "d");
    tree.done(tree.rmdir(Caller.ROOT, ROOT, "d"));
    tree.refused(Errno.ENOENT, create(Caller.ROOT, d, "g", 0644, true));
  }

  @Test
  void namesAreBytesOfABoundedNumber() {
    tree.create(ROOT, "n".repeat(255));
    tree.refused(Errno.ENAMETOOLONG, create(Caller.ROOT, ROOT, "n".repeat(256), 0644, true));
    tree.refused(Errno.EINVAL, create(Caller.ROOT, ROOT, "a/b", 0644, true));
  }

  @Test
  void aRepeatedRequestMakesOneFile() {
    Mutation.Create once = create(Caller.ROOT, ROOT, "f", 0644, true);
    assertEquals(tree.done(once), tree.done(once));
    assertEquals(1, tree.inode(ROOT).size());
  }
}
