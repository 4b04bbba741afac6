package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.BOB;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Acl.Entry;
import io.dfs.nameserver.state.Acl.Tag;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AclChangeTest {

  private final Tree tree = new Tree();
  private final InodeId d = tree.mkdir(ROOT, "d");
  private final InodeId f = tree.create(ANN, d, "f", 02640);

  /** u::rw-, u:BOB:perms, g::r--, m::mask, o::--- */
  private static byte[] forBob(int permissions, int mask) {
    return new Acl(
            List.of(
                new Entry(Tag.USER_OBJ, 6, -1),
                new Entry(Tag.USER, permissions, BOB.uid()),
                new Entry(Tag.GROUP_OBJ, 4, -1),
                new Entry(Tag.MASK, mask, -1),
                new Entry(Tag.OTHER, 0, -1)))
        .encode();
  }

  private Mutation set(Caller caller, InodeId inode, Name name, byte[] value) {
    return new Mutation.SetXattr(tree.id(), caller, inode, name, value, 0);
  }

  private Mutation chmod(InodeId inode, int mode) {
    return new Mutation.SetAttr(
        tree.id(), ANN, inode, mode, null, null, null, null, null, false, false);
  }

  private Mutation truncate(Caller caller) {
    return new Mutation.SetAttr(
        tree.id(), caller, f, null, null, null, 0L, null, null, false, false);
  }

  @Test
  void anAccessListGrantsAndItsMaskIsTheGroupsPermissionBits() {
    tree.refused(Errno.EACCES, truncate(BOB));
    tree.done(set(ANN, f, Acl.ACCESS, forBob(6, 6)));
    assertEquals(02660, tree.inode(f).mode());
    tree.done(truncate(BOB));
  }

  @Test
  void chmodChangesTheMask() {
    tree.done(set(ANN, f, Acl.ACCESS, forBob(6, 6)));
    tree.done(chmod(f, 0640));
    tree.refused(Errno.EACCES, truncate(BOB));
    assertArrayEquals(forBob(6, 4), tree.tables().xattr(f, Acl.ACCESS));
  }

  @Test
  void aListThatSaysNoMoreThanPermissionBitsBecomesThem() {
    tree.done(set(ANN, f, Acl.ACCESS, forBob(6, 6)));
    byte[] plain =
        new Acl(
                List.of(
                    new Entry(Tag.USER_OBJ, 7, -1),
                    new Entry(Tag.GROUP_OBJ, 5, -1),
                    new Entry(Tag.OTHER, 1, -1)))
            .encode();
    tree.done(set(ANN, f, Acl.ACCESS, plain));
    assertEquals(02751, tree.inode(f).mode());
    assertNull(tree.tables().xattr(f, Acl.ACCESS));
    assertNull(tree.inode(f).acl());
  }

  @Test
  void aStrangerToTheGroupLosesSetgidByIt() {
    Mutation kills =
        new Mutation.SetXattr(
            tree.id(), ANN, f, Acl.ACCESS, forBob(6, 6), Mutation.SetXattr.KILL_SETGID);
    tree.done(kills);
    assertEquals(0660, tree.inode(f).mode());
  }

  @Test
  void aDefaultListIsInheritedInPlaceOfTheUmask() {
    tree.done(set(Caller.ROOT, d, Acl.DEFAULT, forBob(7, 7)));
    InodeId g =
        ((Reply.Opened)
                tree.done(
                    new Mutation.Create(tree.id(), ANN, d, Name.of("g"), 0666, true, false, 077)))
            .attr()
            .inode();
    assertEquals(0660, tree.inode(g).mode());
    assertArrayEquals(forBob(7, 6), tree.tables().xattr(g, Acl.ACCESS));
    assertNull(tree.tables().xattr(g, Acl.DEFAULT));
    InodeId e = tree.mkdir(d, "e", 0750);
    assertEquals(0650, tree.inode(e).mode());
    assertArrayEquals(forBob(7, 7), tree.tables().xattr(e, Acl.DEFAULT));
  }

  @Test
  void withoutOneTheUmaskCounts() {
    InodeId g =
        Tree.attr(tree.done(new Mutation.Mkdir(tree.id(), ANN, d, Name.of("g"), 0777, 027)))
            .inode();
    assertEquals(0750, tree.inode(g).mode());
  }

  @Test
  void onlyTheOwnerSetsAListAndOnlyDirectoriesHaveADefaultOne() {
    tree.refused(Errno.EPERM, set(BOB, f, Acl.ACCESS, forBob(6, 6)));
    tree.refused(Errno.EACCES, set(ANN, f, Acl.DEFAULT, forBob(6, 6)));
    tree.refused(Errno.EINVAL, set(ANN, f, Acl.ACCESS, new byte[] {1, 2, 3}));
    tree.refused(Errno.EOPNOTSUPP, set(ANN, f, Name.of("system.other"), new byte[0]));
  }

  @Test
  void removingAListLeavesThePermissionBits() {
    tree.done(set(ANN, f, Acl.ACCESS, forBob(6, 6)));
    tree.done(new Mutation.RemoveXattr(tree.id(), ANN, f, Acl.ACCESS));
    assertEquals(02660, tree.inode(f).mode());
    assertNull(tree.inode(f).acl());
    tree.refused(Errno.ENODATA, new Mutation.RemoveXattr(tree.id(), ANN, f, Acl.ACCESS));
  }
}
