package io.dfs.nameserver.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Group;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerWish;
import io.dfs.nameserver.backup.SampleState;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import io.dfs.nameserver.state.TrashEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damages a state in every way that the check knows: it says so, mends it, and then is content. */
final class CheckerTest {
  @TempDir Path dir;

  private final MemoryStore store = new MemoryStore();
  private final SampleState sample = new SampleState(store);
  private final Map<NodeId, Map<ChunkId, Integer>> held = new HashMap<>();
  private InodeId d;
  private InodeId file;
  private ChunkId chunk;

  @BeforeEach
  void fill() {
    sample.fill();
    for (int node : new int[] {1, 2}) {
      Server server = new Server("t" + node, "h", "h", "", "v", 1, 0, 1, 0, ServerWish.NONE, 0);
      damage(tx -> tx.putServer(new NodeId(node), server));
    }
    d = tables().dentry(InodeId.ROOT, Name.of("d")).child();
    file = tables().dentry(d, Name.of("f10")).child();
    chunk = tables().extents(file.value(), 0, 1000, 1).get(0).chunk();
  }

  private Tables tables() {
    return new Tables(store);
  }

  private void damage(Consumer<Transaction> change) {
    Overlay view = new Overlay(store);
    change.accept(new Transaction(view));
    store.write(view.changes());
  }

  private void delete(char table, long... numbers) {
    ByteBuffer key = ByteBuffer.allocate(1 + 8 * numbers.length).put((byte) table);
    for (long number : numbers) {
      key.putLong(number);
    }
    Overlay view = new Overlay(store);
    view.delete(key.array());
    store.write(view.changes());
  }

  private final CommandLog commands =
      new CommandLog() {
        @Override
        public CompletableFuture<Reply> submit(Command command, boolean durable) {
          try {
            return CompletableFuture.completedFuture(sample.run(command));
          } catch (FsException e) {
            return CompletableFuture.failedFuture(e);
          }
        }

        @Override
        public CompletableFuture<Void> sync() {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
      };

  private final Holders holders =
      (server, chunks) ->
          CompletableFuture.completedFuture(
              chunks.stream()
                  .mapToInt(
                      c ->
                          held.containsKey(server)
                              ? held.get(server).getOrDefault(c, 1 << 20)
                              : 1 << 20)
                  .toArray());

  private List<JsonNode> check(boolean repair) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Checker(store, commands, holders, dir).check(repair, true, out);
    List<JsonNode> findings = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      JsonNode node = new ObjectMapper().readTree(line);
      if (node.has("kind")) {
        findings.add(node);
      }
    }
    return findings;
  }

  /** Something of this kind is found, all of it is mended, and then nothing is wrong. */
  private List<JsonNode> mends(String kind) throws IOException {
    List<JsonNode> found = check(false);
    assertTrue(found.stream().anyMatch(f -> f.get("kind").asText().equals(kind)), found::toString);
    for (JsonNode each : check(true)) {
      assertTrue(each.get("mended").asBoolean(), each::toString);
    }
    assertEquals(List.of(), check(false));
    return found;
  }

  private Inode inode(InodeId id) {
    return tables().inode(id);
  }

  @Test
  void aSoundStateIsFoundSound() throws IOException {
    assertEquals(List.of(), check(false));
    sample.mutate(new Mutation.Unlink(sample.id(), Caller.ROOT, d, Name.of("f9")));
    sample.allocate();
    assertEquals(List.of(), check(false));
  }

  @Test
  void aNameWhoseInodeIsGone() throws IOException {
    delete('I', file.value());
    List<JsonNode> found = mends("entry-without-inode");
    assertTrue(found.toString().contains("/d"), found::toString);
    assertTrue(tables().findDentry(d, Name.of("f10")) == null);
  }

  @Test
  void aDirectoryWhoseInodeIsGoneKeepsItsEntries() throws IOException {
    delete('I', d.value());
    mends("directory-lost");
    assertEquals(file, tables().dentry(d, Name.of("f10")).child());
    assertEquals(d, tables().dentry(InodeId.ROOT, Name.of("d")).child());
  }

  @Test
  void aNameMissingInTheListingOrStillInIt() throws IOException {
    Dentry dentry = tables().dentry(d, Name.of("f10"));
    delete('C', d.value(), dentry.cookie());
    damage(tx -> tx.putDentry(d, Name.of("ghost"), new Dentry(file, FileType.REGULAR, 5)));
    damage(tx -> tx.putRaw(key('D', d.value(), "other"), new byte[18]));
    Overlay view = new Overlay(store);
    view.delete(key('D', d.value(), "ghost"));
    view.delete(key('D', d.value(), "other"));
    store.write(view.changes());
    assertEquals(3, mends("listing").size(), "the ghost had taken the place of another name");
  }

  private static byte[] key(char table, long number, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(9 + bytes.length)
        .put((byte) table)
        .putLong(number)
        .put(bytes)
        .array();
  }

  @Test
  void wrongCountsOfLinksEntriesAndBytes() throws IOException {
    damage(tx -> tx.putInode(inode(file).edit().nlink(3).done()));
    mends("link-count");
    assertEquals(1, inode(file).nlink());
    damage(tx -> tx.putInode(inode(d).edit().addSize(-2).addLinks(1).done()));
    mends("directory-count");
    damage(tx -> tx.putInode(inode(file).edit().addAllocated(77).done()));
    List<JsonNode> found = mends("file-bytes");
    assertEquals("/d/f10", found.get(0).get("paths").get(0).asText());
    damage(tx -> tx.putInode(inode(file).edit().size(520).done()));
    mends("file-size");
    assertEquals(550, inode(file).size());
  }

  @Test
  void aWrongTypeAndAWrongParent() throws IOException {
    Dentry dentry = tables().dentry(d, Name.of("f10"));
    damage(tx -> tx.putDentry(d, Name.of("f10"), new Dentry(file, FileType.FIFO, dentry.cookie())));
    mends("entry-type");
    damage(tx -> tx.putInode(inode(d).edit().parent(file).done()));
    mends("parent");
    assertEquals(InodeId.ROOT, inode(d).parent());
  }

  @Test
  void anInodeThatNoNameLeadsToComesToLostAndFound() throws IOException {
    Dentry dentry = tables().dentry(d, Name.of("f10"));
    damage(tx -> tx.deleteDentry(d, Name.of("f10"), dentry));
    mends("unreachable");
    InodeId home = tables().dentry(InodeId.ROOT, Name.of("lost+found")).child();
    assertEquals(file, tables().dentry(home, Name.of("#" + file.value())).child());
    Dentry directory = tables().dentry(InodeId.ROOT, Name.of("d"));
    damage(tx -> tx.deleteDentry(InodeId.ROOT, Name.of("d"), directory));
    mends("unreachable");
    assertEquals(d, tables().dentry(home, Name.of("#" + d.value())).child());
  }

  @Test
  void orphansThatAreNoneAndThoseThatAreNotMarked() throws IOException {
    damage(tx -> tx.putOrphan(file));
    damage(tx -> tx.putOrphan(new InodeId(999_999)));
    mends("orphan");
    InodeId brief = sample.create(d, "brief");
    sample.mutate(new Mutation.Unlink(sample.id(), Caller.ROOT, d, Name.of("brief")));
    damage(tx -> tx.deleteOrphan(brief));
    mends("orphan");
    assertTrue(tables().isOrphan(brief));
  }

  @Test
  void whatHangsOnInodesThatAreGone() throws IOException {
    InodeId gone = new InodeId(777_777);
    damage(tx -> tx.putSymlink(gone, new byte[] {'x'}));
    damage(tx -> tx.putXattr(gone, Name.of("user.x"), new byte[] {1}));
    assertEquals(2, mends("leftover").size());
    InodeId link = tables().dentry(d, Name.of("l")).child();
    damage(tx -> tx.deleteSymlink(link));
    List<JsonNode> found = check(true);
    assertEquals("symlink", found.get(0).get("kind").asText());
    assertEquals("/d/l", found.get(0).get("paths").get(0).asText());
  }

  @Test
  void layoutsThatOverlapOrBelongToNobody() throws IOException {
    ChunkId free = sample.allocate();
    damage(
        tx -> {
          tx.putExtent(file.value(), new Extent(150, 50, free, 0));
          tx.putExtent(file.value(), new Extent(180, 50, free, 50));
          tx.putInode(inode(file).edit().addAllocated(100).done());
          tx.putChunk(free, new ChunkState(100, 100, tx.findChunk(free).writer()));
        });
    mends("extent-overlap");
    damage(
        tx -> {
          tx.putExtent(888_888, new Extent(0, 10, free, 0));
          tx.putChunk(free, new ChunkState(tx.findChunk(free).live() + 10, 100, SessionId.NONE));
          tx.deleteWriting(new SessionId(1), free);
          tx.set(Counter.INODE, 999_999);
        });
    mends("extent-leak");
    assertEquals(0, tables().purgeOf(888_888).value());
  }

  @Test
  void recordsOfChunksThatAreWrongOrGone() throws IOException {
    ChunkState was = tables().findChunk(chunk);
    damage(tx -> tx.putChunk(chunk, new ChunkState(was.live() + 5, 3, was.writer())));
    mends("chunk-bytes");
    assertEquals(was, tables().findChunk(chunk));
    delete('K', chunk.value());
    List<JsonNode> found = mends("chunk-record");
    assertEquals("/d/f10", found.get(0).get("paths").get(0).asText());
    assertEquals(was.live(), tables().findChunk(chunk).live());
  }

  @Test
  void aChunkWhoseWriterIsGone() throws IOException {
    ChunkState was = tables().findChunk(chunk);
    damage(tx -> tx.putChunk(chunk, new ChunkState(was.live(), 250, new SessionId(4444))));
    mends("chunk-writer");
    assertTrue(tables().findChunk(chunk).sealed());
  }

  @Test
  void aChunkInUseThatAServerShallDelete() throws IOException {
    damage(tx -> tx.putGarbage(new NodeId(1), chunk));
    List<JsonNode> found = mends("deletion");
    assertEquals("/d/f10", found.get(0).get("paths").get(0).asText());
    assertEquals(List.of(), tables().garbage(new NodeId(1), 0, 10));
  }

  @Test
  void wrongCounters() throws IOException {
    for (Counter counter :
        List.of(Counter.INODES, Counter.CHUNKS, Counter.TRASH_INODES, Counter.TRASH_BYTES)) {
      long was = tables().counter(counter);
      damage(tx -> tx.add(counter, 3));
      mends("counter");
      assertEquals(was, tables().counter(counter));
    }
    for (Counter counter : List.of(Counter.INODE, Counter.CHUNK, Counter.APPLIED)) {
      damage(tx -> tx.set(counter, 2));
      mends("counter");
      assertTrue(tables().counter(counter) > 2);
    }
  }

  @Test
  void theTrashOutOfOrder() throws IOException {
    TrashEntry entry = tables().trash().newest(d, Name.of("f7"));
    delete('F', entry.expires(), entry.inode().value());
    mends("trash");
    delete('I', entry.inode().value());
    mends("trash");
    assertEquals(0, tables().counter(Counter.TRASH_INODES));
  }

  @Test
  void copiesThatAreMissingOrTooShortNameTheirFiles() throws IOException {
    held.put(new NodeId(1), Map.of(chunk, Holders.ABSENT));
    List<JsonNode> found = check(false);
    assertEquals("copy", found.get(0).get("kind").asText());
    assertEquals("/d/f10", found.get(0).get("paths").get(0).asText());
    held.put(new NodeId(2), Map.of(chunk, 249));
    found = check(false);
    assertEquals("chunk-lost", found.get(0).get("kind").asText());
    assertTrue(found.get(0).get("loss").asBoolean());
    held.put(new NodeId(2), Map.of(chunk, Holders.UNKNOWN));
    assertEquals(2, check(false).size(), "a server that does not answer is said, too");
  }

  @Test
  void aChunkThatNothingUsesAndNobodyDropped() throws IOException {
    ChunkId free = sample.allocate();
    damage(
        tx -> {
          SessionId writer = tx.findChunk(free).writer();
          tx.deleteWriting(writer, free);
          byte[] sealed = new byte[21];
          sealed[0] = 1;
          tx.putRaw(ByteBuffer.allocate(9).put((byte) 'K').putLong(free.value()).array(), sealed);
        });
    mends("chunk-leak");
    assertTrue(tables().findChunk(free) == null);
    ChunkState was = tables().findChunk(chunk);
    damage(tx -> tx.putKept(chunk, Long.MAX_VALUE));
    mends("chunk-kept");
    assertEquals(was, tables().findChunk(chunk), "what is in use stays");
  }

  @Test
  void aWriterThatWritesNothing() throws IOException {
    SessionId session = tables().findChunk(sample.allocate()).writer();
    damage(tx -> tx.putWriting(session, new ChunkId(chunk.value() + 777)));
    damage(tx -> tx.putWriting(new SessionId(4444), chunk));
    assertEquals(2, mends("writer").size());
  }

  @Test
  void aLockOfAClientThatIsGone() throws IOException {
    Lock lock = new Lock(Lock.Kind.POSIX, Lock.Type.WRITE, 1, 0, 9, 1);
    damage(
        tx -> {
          tx.putLocks(file, LockList.decode(null).with(new SessionId(4444), lock).encode());
          tx.putLockedBy(new SessionId(4444), file, true);
        });
    List<JsonNode> found = mends("lock");
    assertEquals("/d/f10", found.get(0).get("paths").get(0).asText());
    assertTrue(tables().locks(file) == null);
  }

  @Test
  void aGroupOfServersThatNobodyKnows() throws IOException {
    damage(
        tx -> {
          Group group = tx.findGroup(chunk.group());
          tx.putGroup(group.settled(List.of(new NodeId(1), new NodeId(99))));
        });
    List<JsonNode> found = check(false);
    assertTrue(found.toString().contains("group-server"), found::toString);
  }

  @Test
  void namesAndSettingsOfTheTrashThatLeadNowhere() throws IOException {
    damage(tx -> tx.putRaw(trashName(d.value(), "ghost", 777_777), new byte[0]));
    assertEquals(1, mends("leftover").size());
    damage(tx -> tx.putTrashKeep(new InodeId(777_777), 60L));
    mends("leftover");
    damage(tx -> tx.add(Counter.TRASH_SETTINGS, 1));
    mends("counter");
  }

  private static byte[] trashName(long parent, String name, long inode) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(19 + bytes.length)
        .put((byte) 'B')
        .put((byte) 'n')
        .putLong(parent)
        .put(bytes)
        .put((byte) 0)
        .putLong(inode)
        .array();
  }
}
