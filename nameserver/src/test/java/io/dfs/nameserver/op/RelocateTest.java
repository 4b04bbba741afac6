package io.dfs.nameserver.op;

import static io.dfs.nameserver.op.Tree.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.command.Command.Move;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RelocateTest {
  private static final long UNTIL = 5000;

  private final Tree tree = new Tree();
  private final SessionId writer = tree.session();
  private final InodeId file = tree.create(ROOT, "f");
  private final ChunkId old = sealed(new Extent(0, 30, new ChunkId(0), 0));
  private long sequence;

  @Test
  void theFileRefersToTheCopyAndTheOldChunkStaysForItsTime() {
    long version = tree.inode(file).version();
    ChunkId copy = allocate();
    relocate(new Move(file, new Extent(0, 30, old, 0), copy, 100));
    assertEquals(List.of(new Extent(0, 30, copy, 100)), extents());
    assertTrue(tree.inode(file).version() > version, "clients learn that the layout has changed");
    assertTrue(tree.tables().findChunk(copy).sealed());
    assertEquals(0, tree.tables().findChunk(old).live());
    assertEquals(UNTIL, tree.tables().kept(new ChunkId(0), 9).get(old));
    tree.run(new Command.Unkeep(List.of(old)));
    assertNull(tree.tables().findChunk(old));
    assertNotNull(tree.tables().findChunk(copy));
  }

  @Test
  void whatWasWrittenMeanwhileStays() {
    ChunkId young = tree.allocate();
    tree.done(tree.commit(file, new Extent(10, 5, young, 0)));
    ChunkId copy = allocate();
    relocate(new Move(file, new Extent(0, 30, old, 0), copy, 0));
    assertEquals(
        List.of(
            new Extent(0, 10, copy, 0), new Extent(10, 5, young, 0), new Extent(15, 15, copy, 15)),
        extents());
  }

  @Test
  void bytesOfTheOldChunkAtAnotherPlaceAreOthers() {
    tree.done(tree.commit(file, new Extent(0, 10, old, 20)));
    ChunkId copy = allocate();
    relocate(new Move(file, new Extent(0, 10, old, 0), copy, 0));
    assertEquals(new Extent(0, 10, old, 20), extents().get(0));
    assertNull(tree.tables().findChunk(copy), "nothing refers to it");
  }

  @Test
  void aFileThatIsGoneLeavesTheCopyAsGarbage() {
    tree.done(tree.unlink(Caller.ROOT, ROOT, "f"));
    tree.run(new Command.Purge(List.of(file)));
    ChunkId copy = allocate();
    relocate(new Move(file, new Extent(0, 30, old, 0), copy, 0));
    assertNull(tree.tables().findChunk(copy));
  }

  @Test
  void aChunkThatIsKeptGoesWithItsTimeThoughTheRestWasDeletedBefore() {
    ChunkId copy = allocate();
    relocate(new Move(file, new Extent(0, 10, old, 0), copy, 0));
    tree.done(tree.unlink(Caller.ROOT, ROOT, "f"));
    tree.run(new Command.Purge(List.of(file)));
    assertNotNull(tree.tables().findChunk(old));
    tree.run(new Command.Unkeep(List.of(old)));
    assertNull(tree.tables().findChunk(old));
  }

  @Test
  void onlyTheWriterOfTheCopyMayReferToIt() {
    ChunkId foreign = tree.allocate();
    StateMachine.Outcome outcome =
        tree.run(
            new Command.Relocate(
                writer, List.of(new Move(file, new Extent(0, 30, old, 0), foreign, 0)), UNTIL));
    assertEquals(Errno.EINVAL, outcome.failure().errno());
    assertEquals(List.of(new Extent(0, 30, old, 0)), extents());
  }

  @Test
  void chunksOfAWriterThatNeverCameBackGoWithItsSession() {
    ChunkId copy = allocate();
    tree.run(new Command.EndSession(writer));
    assertNull(tree.tables().findChunk(copy));
  }

  private void relocate(Move... moves) {
    assertNull(tree.run(new Command.Relocate(writer, List.of(moves), UNTIL)).failure());
  }

  private List<Extent> extents() {
    return FileLayout.head(tree.tables(), tree.inode(file)).extents();
  }

  private ChunkId sealed(Extent like) {
    ChunkId chunk = tree.allocate();
    Extent extent = new Extent(like.fileOffset(), like.length(), chunk, like.chunkOffset());
    tree.done(
        new Mutation.Commit(tree.id(), file, List.of(extent), null, List.of(chunk), false, false));
    return chunk;
  }

  private ChunkId allocate() {
    return tree.allocate(new RequestId(writer, 0, ++sequence));
  }
}
