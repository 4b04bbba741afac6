package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ANN;
import static io.dfs.nameserver.op.Tree.BOB;
import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Conversions;
import io.dfs.nameserver.state.Conversions.Conversion;
import io.dfs.nameserver.state.Conversions.Unseen;
import io.dfs.nameserver.state.Conversions.Waiting;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConvertTest {
  private final Tree tree = new Tree();
  private final InodeId top = tree.mkdir(ROOT, "top");

  private Conversions tables() {
    return tree.tables().conversions();
  }

  private Mutation.SetSettings set(Caller caller, InodeId directory, int chunkBytes, int replicas) {
    return new Mutation.SetSettings(tree.id(), caller, directory, chunkBytes, replicas, true);
  }

  /** Goes through the directories of all conversions, the earliest first; returns the steps. */
  private int walk() {
    int steps = 0;
    for (Conversion c : tables().all()) {
      Unseen unseen = tables().unseen(c.directory());
      while (unseen != null) {
        tree.run(new Command.ConvertBelow(c.directory(), unseen.directory()));
        unseen = tables().unseen(c.directory());
        steps++;
      }
    }
    return steps;
  }

  private InodeId file(Caller caller, InodeId parent, String name, int bytes) {
    InodeId file = tree.create(caller, parent, name, 0644);
    ChunkId chunk = tree.allocate();
    tree.done(tree.commit(file, new Extent(0, bytes, chunk, 0)));
    return file;
  }

  private int replicas(InodeId inode) {
    return tree.inode(inode).settings().replicas();
  }

  @Test
  void allBelowGetsTheSettingsAndFilesWithBytesAreNoted() {
    InodeId sub = tree.mkdir(top, "sub");
    InodeId full = file(Caller.ROOT, sub, "full", 300);
    InodeId empty = tree.create(top, "empty");
    InodeId beside = file(Caller.ROOT, ROOT, "beside", 10);
    tree.done(set(Caller.ROOT, top, 0, 3));
    assertEquals(3, replicas(top), "what is created meanwhile inherits");
    walk();
    assertEquals(List.of(3, 3, 3, 1), List.of(replicas(sub), replicas(full), replicas(empty), 1));
    assertEquals(1, replicas(beside));
    assertEquals(1 << 20, tree.inode(full).settings().chunkBytes(), "the other setting stays");
    assertEquals(List.of(new Waiting(full, top, 300)), tables().waiting(new InodeId(0), 10));
    Conversion c = tables().find(top);
    assertEquals(List.of(1L, 300L, 1L, 300L), counts(c));
  }

  private static List<Long> counts(Conversion c) {
    return List.of(c.files(), c.bytes(), c.filesLeft(), c.bytesLeft());
  }

  @Test
  void aLargeDirectoryIsGoneThroughInSteps() {
    for (int i = 0; i < 300; i++) {
      tree.create(top, "f" + i);
    }
    tree.done(set(Caller.ROOT, top, 2 << 20, 0));
    assertEquals(3, walk());
    for (int i = 0; i < 300; i++) {
      InodeId file = tree.find(top, "f" + i);
      assertEquals(new DataSettings(2 << 20, 1), tree.inode(file).settings());
    }
  }

  @Test
  void aFileIsDoneWhenItHasNotChangedSinceItWasLookedAt() {
    InodeId file = file(Caller.ROOT, top, "f", 300);
    tree.done(set(Caller.ROOT, top, 0, 3));
    walk();
    long seen = tree.inode(file).version();
    tree.done(tree.commit(file, new Extent(300, 50, tree.allocate(), 0)));
    tree.run(new Command.DropConverted(List.of(new Command.Converted(file, seen))));
    assertNotNull(tables().waiting(file), "what was written since may be kept otherwise");
    long now = tree.inode(file).version();
    tree.run(new Command.DropConverted(List.of(new Command.Converted(file, now))));
    assertNull(tables().waiting(file));
    assertEquals(List.of(1L, 300L, 0L, 0L), counts(tables().find(top)));
    tree.run(new Command.EndConversion(top, tables().find(top).started()));
    assertNull(tables().find(top));
  }

  @Test
  void aFileThatWasLookedAtWithItsOldSettingsIsLookedAtAgain() {
    InodeId file = file(Caller.ROOT, top, "f", 300);
    tree.done(set(Caller.ROOT, top, 0, 2));
    walk();
    long seen = tree.inode(file).version();
    tree.done(set(Caller.ROOT, top, 0, 3));
    walk();
    tree.run(new Command.DropConverted(List.of(new Command.Converted(file, seen))));
    assertNotNull(tables().waiting(file));
  }

  @Test
  void aFileThatIsGoneIsDone() {
    InodeId file = file(Caller.ROOT, top, "f", 300);
    tree.done(set(Caller.ROOT, top, 0, 3));
    walk();
    tree.done(tree.unlink(Caller.ROOT, top, "f"));
    tree.run(new Command.Purge(List.of(file)));
    tree.run(new Command.DropConverted(List.of(new Command.Converted(file, 0))));
    assertNull(tables().waiting(file));
    assertEquals(0, tables().find(top).filesLeft());
  }

  @Test
  void aConversionDoesNotEndBeforeAllDirectoriesWereSeenNorForAnOlderOne() {
    tree.done(set(Caller.ROOT, top, 0, 3));
    Conversion first = tables().find(top);
    tree.run(new Command.EndConversion(top, first.started()));
    assertNotNull(tables().find(top));
    tree.done(set(Caller.ROOT, top, 0, 2));
    walk();
    tree.run(new Command.EndConversion(top, first.started()));
    assertNotNull(tables().find(top), "it has begun again");
    assertEquals(2, tables().find(top).replicas());
  }

  @Test
  void setAgainItBeginsAgainWithWhatIsLeft() {
    InodeId file = file(Caller.ROOT, top, "f", 300);
    tree.done(set(Caller.ROOT, top, 0, 3));
    walk();
    tree.done(set(Caller.ROOT, top, 4 << 20, 0));
    walk();
    assertEquals(new DataSettings(4 << 20, 3), tree.inode(file).settings());
    assertEquals(List.of(1L, 300L, 1L, 300L), counts(tables().find(top)), "counted once");
  }

  @Test
  void ofTwoThatMeetTheLaterOneWins() {
    InodeId sub = tree.mkdir(top, "sub");
    InodeId file = file(Caller.ROOT, sub, "f", 300);
    tree.done(set(Caller.ROOT, top, 0, 3));
    tree.done(set(Caller.ROOT, sub, 0, 2));
    walk();
    assertEquals(2, replicas(file));
    assertEquals(sub, tables().waiting(file).conversion());
    assertEquals(0, tables().find(top).filesLeft(), "the file is counted where it is noted");
    assertEquals(1, tables().find(sub).filesLeft());
  }

  @Test
  void whatBelongsToOthersStaysUnlessTheSuperUserAsks() {
    InodeId home = tree.mkdir(ROOT, "home");
    InodeId mine = file(ANN, home, "mine", 10);
    InodeId others = file(BOB, home, "others", 20);
    tree.refused(Errno.EPERM, set(ANN, home, 0, 3));
    tree.done(
        new Mutation.SetAttr(
            tree.id(), Caller.ROOT, home, null, ANN.uid(), null, null, null, null, false, false));
    tree.done(set(ANN, home, 0, 3));
    walk();
    assertEquals(List.of(3, 1), List.of(replicas(mine), replicas(others)));
    assertEquals(1, tables().find(home).skipped());
    tree.done(set(Caller.ROOT, home, 0, 3));
    walk();
    assertEquals(3, replicas(others));
  }

  @Test
  void aDirectoryThatIsRemovedMeanwhileDoesNotHoldItUp() {
    InodeId sub = tree.mkdir(top, "sub");
    tree.done(set(Caller.ROOT, top, 0, 3));
    tree.run(new Command.ConvertBelow(top, top));
    tree.done(tree.rmdir(Caller.ROOT, top, "sub"));
    tree.run(new Command.Purge(List.of(sub)));
    assertEquals(1, walk());
    tree.run(new Command.EndConversion(top, tables().find(top).started()));
    assertTrue(tables().all().isEmpty());
  }
}
