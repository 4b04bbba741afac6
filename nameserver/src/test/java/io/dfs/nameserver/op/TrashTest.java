package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.BOB;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Trash;
import io.dfs.nameserver.state.TrashEntry;
import io.dfs.nameserver.state.TrashView;
import io.dfs.nameserver.trash.TrashKeeper;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TrashTest {
  private static final int DAY = 86_400;
  private static final int LONG = TrashRule.MIN_AGE_SECONDS;

  private final Tree tree = new Tree(DAY);

  private Trash trash() {
    return tree.tables().trash();
  }

  private Mutation.Rename rename(InodeId from, String name, InodeId to, String newName) {
    return rename(Caller.ROOT, from, name, to, newName);
  }

  private Mutation.Rename rename(
      Caller caller, InodeId from, String name, InodeId to, String newName) {
    return new Mutation.Rename(tree.id(), caller, from, Name.of(name), to, Name.of(newName), 0);
  }

  private void restore(InodeId parent, String name) {
    tree.done(rename(TrashView.of(parent), name, parent, name));
    finishRestoring();
  }

  private void finishRestoring() {
    List<InodeId> pending;
    while (!(pending = trash().restoring(10)).isEmpty()) {
      for (InodeId directory : pending) {
        tree.run(new Command.RestoreBelow(directory, tree.now()));
      }
    }
  }

  private void rm(InodeId parent, String name) {
    tree.done(tree.unlink(Caller.ROOT, parent, name));
  }

  private void rmdir(InodeId parent, String name) {
    tree.done(tree.rmdir(Caller.ROOT, parent, name));
  }

  private InodeId file(InodeId parent, String name, int bytes) {
    InodeId file = tree.create(parent, name);
    ChunkId chunk = tree.allocate();
    tree.done(tree.commit(file, new Extent(0, bytes, chunk, 0)));
    return file;
  }

  /** Purges what is due by now, and what it made orphans of. */
  private void expire() {
    long now = tree.now().seconds();
    List<Trash.Due> due;
    while (true) {
      due = trash().due(null, 0, 2);
      due.removeIf(d -> d.expires() > now);
      if (due.isEmpty()) {
        break;
      }
      tree.run(new Command.PurgeTrash(due));
    }
    tree.run(new Command.Purge(tree.tables().orphans(new InodeId(0), 1000)));
  }

  @Test
  void emptyingLeavesNoDirectoryThatWentInTheSecondOfItsEntriesAndBeforeOthers() throws Exception {
    InodeId directory = tree.mkdir(ROOT, "d");
    file(directory, "in it", 10);
    file(ROOT, "later", 10);
    // What the keeper takes for now.
    Timestamp now = Timestamp.of(Instant.now());
    tree.run(at(tree.unlink(Caller.ROOT, directory, "in it"), now));
    tree.run(at(tree.rmdir(Caller.ROOT, ROOT, "d"), now));
    Timestamp later = new Timestamp(now.seconds() + 3, 0);
    tree.run(at(tree.unlink(Caller.ROOT, ROOT, "later"), later));
    CountDownLatch emptied = new CountDownLatch(1);
    TrashKeeper keeper = new TrashKeeper(log(emptied), tree.tables(), List::of);
    keeper.empty(Caller.ROOT);
    assertTrue(emptied.await(30, TimeUnit.SECONDS));
  }

  private static Command at(Mutation mutation, Timestamp time) {
    return new Command.Mutate(mutation, time, new GroupId(1));
  }

  /** Carries out what is submitted at once, and counts down when the trash is empty after it. */
  private CommandLog log(CountDownLatch emptied) {
    return new CommandLog() {
      @Override
      public CompletableFuture<Reply> submit(Command command, boolean durable) {
        tree.run(command);
        if (tree.tables().counter(Counter.TRASH_INODES) == 0) {
          emptied.countDown();
        }
        return CompletableFuture.completedFuture(Reply.Done.DONE);
      }

      @Override
      public CompletableFuture<Void> sync() {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void aDeletedFileComesBackUnderItsNameWithItsBytes() {
    InodeId f = file(ROOT, "f", 500);
    tree.pass(LONG);
    rm(ROOT, "f");
    assertNull(tree.find(ROOT, "f"));
    assertEquals(0, tree.inode(f).nlink());
    assertEquals(tree.now(), tree.inode(f).ctime());
    assertEquals(List.of(), tree.tables().orphans(new InodeId(0), 9));
    assertEquals(1, tree.tables().counter(Counter.TRASH_INODES));
    assertEquals(500, tree.tables().counter(Counter.TRASH_BYTES));
    tree.run(new Command.Purge(List.of(f))); // as after its last close
    restore(ROOT, "f");
    assertEquals(f, tree.find(ROOT, "f"));
    assertEquals(1, tree.inode(f).nlink());
    assertEquals(0, tree.inode(f).parent().value());
    assertEquals(500, tree.inode(f).allocated());
    assertEquals(0, tree.tables().counter(Counter.TRASH_INODES));
    assertEquals(0, tree.tables().counter(Counter.TRASH_BYTES));
  }

  @Test
  void whatIsReplacedByRenameComesBackToo() {
    InodeId old = file(ROOT, "f", 10);
    tree.pass(LONG);
    InodeId now = tree.create(ROOT, "f.tmp");
    tree.done(rename(ROOT, "f.tmp", ROOT, "f"));
    tree.refused(Errno.EEXIST, rename(TrashView.of(ROOT), "f", ROOT, "f"));
    tree.done(rename(TrashView.of(ROOT), "f", ROOT, "f.old"));
    assertEquals(old, tree.find(ROOT, "f.old"));
    assertEquals(now, tree.find(ROOT, "f"));
  }

  @Test
  void aFileWithAnotherNameAndOneThatLivedShortlyAreNotKept() {
    InodeId two = tree.create(ROOT, "two");
    tree.done(tree.link(Caller.ROOT, two, ROOT, "names"));
    tree.pass(LONG);
    rm(ROOT, "two");
    InodeId brief = tree.create(ROOT, "brief");
    rm(ROOT, "brief");
    assertEquals(0, tree.tables().counter(Counter.TRASH_INODES));
    assertEquals(List.of(brief), tree.tables().orphans(new InodeId(0), 9));
  }

  @Test
  void aTreeComesBackWithWhatWasInItWhenItWasRemoved() {
    InodeId a = tree.mkdir(ROOT, "a");
    InodeId b = tree.mkdir(a, "b");
    for (int i = 0; i < 300; i++) {
      tree.create(b, "f" + i);
    }
    file(a, "g", 77);
    tree.pass(LONG);
    rm(b, "f299"); // and then something is added, so that it was not in the tree any more
    tree.create(b, "last");
    tree.pass(LONG);
    for (int i = 0; i < 299; i++) {
      rm(b, "f" + i);
    }
    rm(b, "last");
    rmdir(a, "b");
    rm(a, "g");
    rmdir(ROOT, "a");
    assertEquals(1 + 1 + 301 + 1, tree.tables().counter(Counter.TRASH_INODES));
    restore(ROOT, "a");
    assertEquals(a, tree.find(ROOT, "a"));
    assertEquals(b, tree.find(a, "b"));
    assertEquals(300, tree.inode(b).size());
    assertEquals(3, tree.inode(a).nlink());
    assertNull(tree.find(b, "f299"));
    assertNotNull(tree.find(b, "last"));
    assertEquals(77, tree.inode(tree.find(a, "g")).size());
    assertEquals(1, tree.tables().counter(Counter.TRASH_INODES), "f299 is still there");
    restore(b, "f299");
    assertNotNull(tree.find(b, "f299"));
  }

  @Test
  void aNewDirectoryIsKeptWhenSomethingWasDeletedFromIt() {
    InodeId f = tree.create(ROOT, "f");
    tree.pass(LONG);
    tree.mkdir(ROOT, "empty");
    rmdir(ROOT, "empty");
    InodeId d = tree.mkdir(ROOT, "d");
    tree.done(rename(ROOT, "f", d, "f"));
    rm(d, "f");
    rmdir(ROOT, "d");
    assertEquals(2, tree.tables().counter(Counter.TRASH_INODES));
    restore(ROOT, "d");
    assertEquals(f, tree.find(d, "f"));
  }

  @Test
  void severalDeletedUnderOneNameAreToldApart() {
    InodeId first = tree.create(ROOT, "f");
    tree.pass(LONG);
    rm(ROOT, "f");
    InodeId second = tree.create(ROOT, "f");
    tree.pass(LONG);
    rm(ROOT, "f");
    tree.done(rename(TrashView.of(ROOT), "f@" + first.value(), ROOT, "first"));
    assertEquals(first, tree.find(ROOT, "first"));
    restore(ROOT, "f");
    assertEquals(second, tree.find(ROOT, "f"));
  }

  @Test
  void onlyTheOwnerAndTheSuperUserRestoreAndRemove() {
    InodeId tmp = tree.mkdir(ROOT, "tmp");
    InodeId f = tree.create(ANN, tmp, "f", 0666);
    tree.pass(LONG);
    tree.done(tree.unlink(BOB, tmp, "f"));
    InodeId view = TrashView.of(tmp);
    Caller checkedBob = new Caller(200, 200, new int[0], true);
    tree.refused(Errno.EACCES, rename(BOB, view, "f", tmp, "f"));
    tree.refused(Errno.EACCES, rename(checkedBob, view, "f", tmp, "f"));
    tree.refused(Errno.EACCES, tree.unlink(BOB, view, "f"));
    tree.done(rename(ANN, view, "f", tmp, "f"));
    assertEquals(f, tree.find(tmp, "f"));
    tree.done(tree.unlink(ANN, tmp, "f"));
    tree.done(tree.unlink(ANN, view, "f"));
    assertEquals(List.of(f), tree.tables().orphans(new InodeId(0), 9));
    assertEquals(0, tree.tables().counter(Counter.TRASH_INODES));
  }

  @Test
  void whenItsTimeIsOverATreeGoesAndItsDirectoriesGoLast() {
    InodeId d = tree.mkdir(ROOT, "d");
    InodeId f = file(d, "f", 100);
    tree.pass(LONG);
    rm(d, "f");
    rmdir(ROOT, "d");
    TrashEntry entry = trash().newest(ROOT, Name.of("d"));
    tree.run(new Command.PurgeTrash(List.of(new Trash.Due(entry.expires(), d, ROOT))));
    assertNotNull(trash().newest(ROOT, Name.of("d")), "it is a part of the path of f");
    tree.pass(DAY - 2);
    expire();
    assertNotNull(tree.tables().findInode(f));
    tree.pass(10);
    expire();
    assertNull(tree.tables().findInode(f));
    assertNull(tree.tables().findInode(d));
    assertEquals(0, tree.tables().counter(Counter.TRASH_INODES));
    assertEquals(0, tree.tables().counter(Counter.TRASH_BYTES));
  }

  @Test
  void aDirectorysSettingHoldsForAllBelowIt() {
    InodeId d = tree.mkdir(ROOT, "d");
    InodeId below = tree.mkdir(d, "below");
    tree.create(below, "f");
    tree.create(d, "g");
    tree.create(ROOT, "h");
    tree.pass(LONG);
    tree.refused(Errno.EPERM, new Mutation.SetTrash(tree.id(), ANN, d, 0));
    tree.done(new Mutation.SetTrash(tree.id(), Caller.ROOT, d, 0));
    rm(below, "f");
    assertEquals(0, tree.tables().counter(Counter.TRASH_INODES));
    tree.done(new Mutation.SetTrash(tree.id(), Caller.ROOT, below, 7 * DAY));
    tree.create(below, "f");
    tree.pass(LONG);
    rm(below, "f");
    TrashEntry kept = trash().newest(below, Name.of("f"));
    assertEquals(7 * DAY, kept.expires() - kept.deleted());
    rm(d, "g");
    rm(ROOT, "h");
    assertEquals(2, tree.tables().counter(Counter.TRASH_INODES));
    rmdir(d, "below");
    assertEquals(
        7 * DAY,
        trash().newest(d, Name.of("below")).expires() - tree.now().seconds(),
        "as long as what was in it");
    tree.done(new Mutation.SetTrash(tree.id(), Caller.ROOT, d, -1));
    assertEquals(DAY, trash().keepSeconds(tree.inode(d)));
    tree.refused(Errno.EINVAL, new Mutation.SetTrash(tree.id(), Caller.ROOT, ROOT, -1));
  }

  @Test
  void nothingIsMadeInTheTrashAndItsNameIsTaken() {
    InodeId view = TrashView.of(ROOT);
    tree.refused(Errno.EROFS, new Mutation.Mkdir(tree.id(), Caller.ROOT, view, Name.of("d"), 0755));
    InodeId f = tree.create(ROOT, "f");
    tree.refused(Errno.EROFS, rename(ROOT, "f", view, "f"));
    tree.refused(Errno.EEXIST, rename(ROOT, "f", ROOT, ".trash"));
    tree.refused(Errno.EEXIST, tree.link(Caller.ROOT, f, ROOT, ".trash"));
    tree.refused(
        Errno.EEXIST, new Mutation.Mkdir(tree.id(), Caller.ROOT, ROOT, Name.of(".trash"), 0755));
    InodeId d = tree.mkdir(ROOT, "d");
    assertNotEquals(null, tree.mkdir(d, ".trash"));
  }

  @Test
  void aDeletedDirectoryIsRemovedForGoodOnlyWhenNothingIsLeftInIt() {
    InodeId d = tree.mkdir(ROOT, "d");
    tree.create(d, "f");
    tree.pass(LONG);
    rm(d, "f");
    rmdir(ROOT, "d");
    tree.refused(Errno.ENOTEMPTY, tree.rmdir(Caller.ROOT, TrashView.of(ROOT), "d"));
    tree.refused(Errno.EISDIR, tree.unlink(Caller.ROOT, TrashView.of(ROOT), "d"));
    rm(TrashView.of(d), "f");
    rmdir(TrashView.of(ROOT), "d");
    assertEquals(0, tree.tables().counter(Counter.TRASH_INODES));
  }
}
