package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CreateUnnamedTest {
  private final Tree tree = new Tree();

  private Attr make(InodeId parent) {
    return ((Reply.Opened) tree.done(new Mutation.CreateUnnamed(tree.id(), ANN, parent, 0666, 022)))
        .attr();
  }

  @Test
  void itHasNoNameAndGoesWhenItIsPurged() {
    InodeId d = tree.mkdir(ROOT, "d");
    Attr attr = make(d);
    assertEquals(0, attr.nlink());
    assertEquals(0644, attr.mode());
    assertEquals(0, tree.inode(d).size());
    tree.run(new Command.Purge(List.of(attr.inode())));
    assertNull(tree.tables().findInode(attr.inode()));
  }

  @Test
  void aLinkGivesItANameOnceAndAfterItsLastNameNoMore() {
    InodeId d = tree.mkdir(ROOT, "d");
    InodeId f = make(d).inode();
    assertEquals(1, Tree.attr(tree.done(tree.link(ANN, f, d, "f"))).nlink());
    tree.run(new Command.Purge(List.of(f)));
    tree.done(tree.unlink(ANN, d, "f"));
    tree.refused(Errno.ENOENT, tree.link(ANN, f, d, "g"));
  }

  @Test
  void itNeedsADirectoryThatMayBeWritten() {
    InodeId closed = tree.mkdir(ROOT, "closed", 0755);
    tree.refused(Errno.EACCES, new Mutation.CreateUnnamed(tree.id(), ANN, closed, 0600, 0));
    InodeId f = tree.create(ROOT, "f");
    tree.refused(Errno.ENOTDIR, new Mutation.CreateUnnamed(tree.id(), ANN, f, 0600, 0));
  }
}
