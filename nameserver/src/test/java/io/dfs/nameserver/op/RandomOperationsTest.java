package io.dfs.nameserver.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random operations on the tree and on layouts, beside a model of Java maps. */
final class RandomOperationsTest {
  private static final int STEPS = 6000;
  private static final int NAMES = 6;
  private static final int MAX_BYTES = 400;

  /** More extents than are cut at once, with some to spare. */
  private static final int SHATTERS = SetAttr.MAX_CUT_EXTENTS * 5 / 4;

  /** A file or directory of the model; {@code bytes} says which chunk byte each file byte is. */
  private static final class Node {
    final long id;
    final boolean directory;
    final Map<String, Node> children = new TreeMap<>();
    Node parent;
    long[] bytes = {};
    int links;

    Node(long id, boolean directory) {
      this.id = id;
      this.directory = directory;
    }
  }

  private final long seed = Long.getLong("dfs.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final KeyValueStore store = new MemoryStore();
  private Overlay view = new Overlay(store);
  private final Node root = new Node(1, true);
  private final List<Node> all = new ArrayList<>(List.of(root));
  private final List<Long> orphans = new ArrayList<>();
  private final List<Long> trees = new ArrayList<>();
  private SessionId session;
  private ChunkId chunk;
  private int chunkLength;
  private long sequence;

  @Test
  void theTreeAndTheLayoutsAreThoseOfTheModel() {
    System.out.println("seed " + seed + " (repeat with -Ddfs.seed=" + seed + ")");
    run(new Command.Format("c", new DataSettings(1 << 20, 1), 0, 0, Timestamp.EPOCH));
    run(new Command.AddGroups(1, List.of(List.of(new NodeId(1))), 0));
    session =
        ((Reply.SessionOpened) run(new Command.BeginSession("", Timestamp.EPOCH)).reply())
            .session();
    for (int step = 0; step < STEPS; step++) {
      step();
      if (random.nextInt(4) == 0) {
        store.write(view.changes());
        view = new Overlay(store);
      }
      if (step % 20 == 0) {
        Invariants.check(view);
        compare(root);
      }
    }
    run(new Command.EndSession(session));
    Invariants.check(view);
  }

  private StateMachine.Outcome run(Command command) {
    StateMachine.Outcome outcome = StateMachine.apply(view, command);
    for (Effect effect : outcome.effects()) {
      if (effect instanceof Effect.Orphaned e) {
        orphans.add(e.inode().value());
      } else if (effect instanceof Effect.PurgeQueued e) {
        trees.add(e.tree());
      }
    }
    return outcome;
  }

  /** Applies a mutation, which must end as the model says. */
  private Reply mutate(Mutation mutation, Errno expected) {
    Command.Mutate command =
        new Command.Mutate(mutation, new Timestamp(sequence, 0), new GroupId(1));
    StateMachine.Outcome outcome = run(command);
    while (outcome.failure() != null && outcome.failure().getCause() instanceof TailInTheWay tail) {
      run(new Command.PurgeTree(tail.tree()));
      outcome = run(command);
    }
    return check(mutation, outcome, expected);
  }

  private Reply check(Mutation mutation, StateMachine.Outcome outcome, Errno expected) {
    Errno met = outcome.failure() == null ? null : outcome.failure().errno();
    assertEquals(expected, met, () -> "seed " + seed + ": " + mutation + ": " + outcome.failure());
    if (random.nextInt(10) == 0) {
      StateMachine.Outcome again =
          StateMachine.apply(view, new Command.Mutate(mutation, Timestamp.EPOCH, new GroupId(1)));
      assertEquals(outcome.reply(), again.reply(), "the repeated request");
    }
    return outcome.reply();
  }

  private RequestId next() {
    return new RequestId(session, 3, ++sequence);
  }

  private Node any() {
    return all.get(random.nextInt(all.size()));
  }

  private Node anyDirectory() {
    for (int i = 0; i < 20; i++) {
      Node node = any();
      if (node.directory) {
        return node;
      }
    }
    return root;
  }

  private static InodeId id(Node node) {
    return new InodeId(node.id);
  }

  private String name() {
    return "n" + random.nextInt(NAMES);
  }

  private void step() {
    switch (random.nextInt(18)) {
      case 0, 1 -> make(false);
      case 2 -> make(true);
      case 3 -> remove(false);
      case 4 -> remove(true);
      case 5, 6 -> rename();
      case 7 -> link();
      case 8, 9, 10, 11 -> commit();
      case 12 -> truncate();
      case 13 -> shatter();
      case 14, 15 -> allocate();
      case 16 -> cloneRange();
      default -> purge();
    }
  }

  private void make(boolean directory) {
    Node parent = any();
    String name = name();
    Errno expected =
        !parent.directory
            ? Errno.ENOTDIR
            : parent.children.containsKey(name)
                ? Errno.EEXIST
                : parent.links == 0 && parent != root ? Errno.ENOENT : null;
    Mutation m =
        directory
            ? new Mutation.Mkdir(next(), Caller.ROOT, id(parent), Name.of(name), 0755)
            : new Mutation.Create(
                next(), Caller.ROOT, id(parent), Name.of(name), 0644, true, false);
    Reply reply = mutate(m, expected);
    if (expected == null) {
      long id =
          reply instanceof Reply.Node n
              ? n.attr().inode().value()
              : ((Reply.Opened) reply).attr().inode().value();
      Node node = new Node(id, directory);
      node.links = 1;
      node.parent = parent;
      all.add(node);
      parent.children.put(name, node);
    }
  }

  private void lose(Node node) {
    node.links--;
    if (node.links == 0 && node.directory) {
      // Kept until purged, so that operations on a removed directory are tried too.
      node.parent = null;
    }
  }

  private void remove(boolean directory) {
    Node parent = anyDirectory();
    String name = name();
    Node node = parent.children.get(name);
    Errno expected;
    if (node == null) {
      expected = Errno.ENOENT;
    } else if (directory) {
      expected =
          !node.directory ? Errno.ENOTDIR : !node.children.isEmpty() ? Errno.ENOTEMPTY : null;
    } else {
      expected = node.directory ? Errno.EISDIR : null;
    }
    mutate(
        directory
            ? new Mutation.Rmdir(next(), Caller.ROOT, id(parent), Name.of(name))
            : new Mutation.Unlink(next(), Caller.ROOT, id(parent), Name.of(name)),
        expected);
    if (expected == null) {
      parent.children.remove(name);
      lose(node);
    }
  }

  private static boolean below(Node place, Node directory) {
    for (Node at = place; at != null; at = at.parent) {
      if (at == directory) {
        return true;
      }
    }
    return false;
  }

  private void rename() {
    Node from = anyDirectory();
    Node to = anyDirectory();
    String name = name();
    String newName = name();
    int flags = random.nextInt(3);
    Node node = from.children.get(name);
    Node target = to.children.get(newName);
    Errno expected = renameError(from, to, node, target, flags);
    mutate(
        new Mutation.Rename(
            next(), Caller.ROOT, id(from), Name.of(name), id(to), Name.of(newName), flags),
        expected);
    if (expected != null || node == target) {
      return;
    }
    to.children.put(newName, node);
    if (flags == Mutation.Rename.EXCHANGE) {
      from.children.put(name, target);
      target.parent = target.directory ? from : null;
    } else {
      from.children.remove(name, node);
      if (target != null) {
        lose(target);
      }
    }
    if (node.directory) {
      node.parent = to;
    }
  }

  private static Errno renameError(Node from, Node to, Node node, Node target, int flags) {
    if (node == null) {
      return Errno.ENOENT;
    }
    if (target != null && flags == Mutation.Rename.NOREPLACE) {
      return Errno.EEXIST;
    }
    if (node.directory && below(to, node)) {
      return Errno.EINVAL;
    }
    if (flags == Mutation.Rename.EXCHANGE) {
      return target == null
          ? Errno.ENOENT
          : target.directory && below(from, target) ? Errno.EINVAL : null;
    }
    if (node == target) {
      return null;
    }
    if (to.links == 0 && to.id != 1) {
      return Errno.ENOENT;
    }
    if (target == null) {
      return null;
    }
    if (node.directory) {
      return !target.directory
          ? Errno.ENOTDIR
          : !target.children.isEmpty() ? Errno.ENOTEMPTY : null;
    }
    return target.directory ? Errno.EISDIR : null;
  }

  private void link() {
    Node node = any();
    Node parent = anyDirectory();
    String name = name();
    Errno expected =
        parent.children.containsKey(name)
            ? Errno.EEXIST
            : node.directory
                ? Errno.EPERM
                : node.links == 0 || (parent.links == 0 && parent != root) ? Errno.ENOENT : null;
    mutate(new Mutation.Link(next(), Caller.ROOT, id(node), id(parent), Name.of(name)), expected);
    if (expected == null) {
      node.links++;
      parent.children.put(name, node);
    }
  }

  private Node anyFile() {
    for (int i = 0; i < 50; i++) {
      Node node = any();
      if (!node.directory) {
        return node;
      }
    }
    return null;
  }

  private void commit() {
    Node file = anyFile();
    if (file == null) {
      return;
    }
    if (chunk == null) {
      Reply reply =
          mutate(new Mutation.AllocateChunk(next(), new DataSettings(1 << 20, 1), List.of()), null);
      chunk = ((Reply.ChunkAllocated) reply).chunk();
      chunkLength = 0;
    }
    List<Extent> extents = new ArrayList<>();
    long[] bytes = file.bytes;
    for (int i = random.nextInt(3); i >= 0; i--) {
      boolean append = random.nextInt(3) == 0;
      int offset = append ? bytes.length : random.nextInt(MAX_BYTES);
      int length = 1 + random.nextInt(40);
      extents.add(new Extent(offset, length, chunk, chunkLength));
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length, offset + length));
      for (int b = 0; b < length; b++) {
        bytes[offset + b] = chunk.sequence() << 32 | chunkLength + b + 1;
      }
      chunkLength += length;
    }
    boolean seal = random.nextInt(5) == 0;
    mutate(
        new Mutation.Commit(
            next(),
            id(file),
            extents,
            Timestamp.EPOCH,
            seal ? List.of(chunk) : List.of(),
            false,
            false),
        null);
    file.bytes = bytes;
    if (seal) {
      chunk = null;
    }
  }

  /** Writes many extents of one byte each, with holes between some. */
  private void shatter() {
    Node file = anyFile();
    if (file == null || random.nextInt(4) != 0) {
      return;
    }
    Reply reply =
        mutate(new Mutation.AllocateChunk(next(), new DataSettings(1 << 20, 1), List.of()), null);
    ChunkId fresh = ((Reply.ChunkAllocated) reply).chunk();
    int offset = random.nextInt(MAX_BYTES);
    List<Extent> extents = new ArrayList<>();
    long[] bytes = Arrays.copyOf(file.bytes, Math.max(file.bytes.length, offset + 2 * SHATTERS));
    int end = 0;
    for (int i = 0; i < SHATTERS; i++) {
      offset += 1 + random.nextInt(2);
      extents.add(new Extent(offset, 1, fresh, 2 * i));
      bytes[offset] = fresh.sequence() << 32 | 2 * i + 1;
      end = offset + 1;
    }
    mutate(
        new Mutation.Commit(
            next(), id(file), extents, Timestamp.EPOCH, List.of(fresh), false, false),
        null);
    file.bytes = Arrays.copyOf(bytes, Math.max(file.bytes.length, end));
  }

  private void truncate() {
    Node file = anyFile();
    if (file != null) {
      int size = random.nextInt(4) == 0 ? 0 : random.nextInt(MAX_BYTES);
      mutate(
          new Mutation.SetAttr(
              next(),
              Caller.ROOT,
              id(file),
              null,
              null,
              null,
              (long) size,
              null,
              null,
              false,
              false),
          null);
      file.bytes = Arrays.copyOf(file.bytes, size);
    }
  }

  private void allocate() {
    Node file = anyFile();
    if (file == null) {
      return;
    }
    int mode =
        List.of(
                0,
                Mutation.Allocate.KEEP_SIZE,
                Mutation.Allocate.PUNCH_HOLE | Mutation.Allocate.KEEP_SIZE,
                Mutation.Allocate.ZERO_RANGE,
                Mutation.Allocate.ZERO_RANGE | Mutation.Allocate.KEEP_SIZE,
                Mutation.Allocate.COLLAPSE_RANGE,
                Mutation.Allocate.INSERT_RANGE)
            .get(random.nextInt(7));
    boolean moves =
        mode == Mutation.Allocate.COLLAPSE_RANGE || mode == Mutation.Allocate.INSERT_RANGE;
    // Bytes move by whole blocks only, and few files here are so long of themselves.
    int unit = moves ? 4096 : 1;
    int offset = unit * random.nextInt(moves ? 2 : MAX_BYTES);
    int length = unit * (1 + random.nextInt(moves ? 1 : MAX_BYTES));
    int size = file.bytes.length;
    if (moves && size < 5000) {
      grow(file, 5000 + random.nextInt(9000));
      size = file.bytes.length;
    }
    boolean fits =
        mode == Mutation.Allocate.COLLAPSE_RANGE ? offset + length < size : offset < size;
    Errno expected = moves && !fits ? Errno.EINVAL : null;
    long done = 0;
    while (done < length) {
      Reply reply =
          mutate(
              new Mutation.Allocate(next(), id(file), mode, offset + done, length - done, false),
              expected);
      if (expected != null) {
        return;
      }
      done += ((Reply.Ranged) reply).doneBytes();
    }
    file.bytes = allocated(file.bytes, mode, offset, length);
  }

  private void grow(Node file, int size) {
    mutate(
        new Mutation.SetAttr(
            next(), Caller.ROOT, id(file), null, null, null, (long) size, null, null, false, false),
        null);
    file.bytes = Arrays.copyOf(file.bytes, size);
  }

  private static long[] allocated(long[] bytes, int mode, int offset, int length) {
    int end = offset + length;
    int size = bytes.length;
    if (mode == Mutation.Allocate.COLLAPSE_RANGE || mode == Mutation.Allocate.INSERT_RANGE) {
      boolean out = mode == Mutation.Allocate.COLLAPSE_RANGE;
      long[] moved = new long[out ? size - length : size + length];
      System.arraycopy(bytes, 0, moved, 0, offset);
      System.arraycopy(
          bytes,
          out ? end : offset,
          moved,
          out ? offset : end,
          moved.length - (out ? offset : end));
      return moved;
    }
    boolean grows = (mode & Mutation.Allocate.KEEP_SIZE) == 0;
    long[] result = grows ? Arrays.copyOf(bytes, Math.max(size, end)) : bytes.clone();
    if ((mode & ~Mutation.Allocate.KEEP_SIZE) != 0) {
      Arrays.fill(result, Math.min(offset, result.length), Math.min(end, result.length), 0);
    }
    return result;
  }

  private void cloneRange() {
    Node from = anyFile();
    Node to = random.nextInt(4) == 0 ? from : anyFile();
    if (from == null || to == null) {
      return;
    }
    int source = random.nextInt(MAX_BYTES);
    int target = random.nextInt(MAX_BYTES);
    int length = random.nextInt(4) == 0 ? 4000 : 1 + random.nextInt(MAX_BYTES);
    Errno expected = from == to && Math.abs(source - target) < length ? Errno.EINVAL : null;
    long done = 0;
    int size = Math.min(length, from.bytes.length - source);
    do {
      Reply reply =
          mutate(
              new Mutation.CloneRange(
                  next(), id(from), source + done, id(to), target + done, length - done, false),
              expected);
      if (expected != null) {
        return;
      }
      done += ((Reply.Ranged) reply).doneBytes();
    } while (done < size);
    if (size > 0) {
      long[] bytes = Arrays.copyOf(to.bytes, Math.max(to.bytes.length, target + size));
      System.arraycopy(from.bytes, source, bytes, target, size);
      to.bytes = bytes;
    }
  }

  private void purge() {
    run(new Command.Purge(orphans.stream().map(InodeId::new).toList()));
    orphans.forEach(id -> all.removeIf(node -> node.id == id));
    orphans.clear();
    List<Long> queued = List.copyOf(trees);
    trees.clear();
    queued.forEach(tree -> run(new Command.PurgeTree(tree)));
  }

  private void compare(Node directory) {
    Tables tables = new Tables(view);
    Map<String, Long> listed = new TreeMap<>();
    for (DirEntry e : tables.entries(id(directory), 0, 1000)) {
      listed.put(e.name().toString(), e.inode().value());
    }
    Map<String, Long> expected = new TreeMap<>();
    directory.children.forEach((name, node) -> expected.put(name, node.id));
    assertEquals(expected, listed, "seed " + seed);
    for (Node node : directory.children.values()) {
      if (node.directory) {
        compare(node);
      } else {
        Inode inode = tables.inode(id(node));
        long[] bytes = new long[(int) inode.size()];
        for (Extent e : FileLayout.part(tables, inode, 0, 10_000).extents()) {
          for (int b = 0; b < e.length(); b++) {
            bytes[(int) e.fileOffset() + b] = e.chunk().sequence() << 32 | e.chunkOffset() + b + 1;
          }
        }
        assertArrayEquals(node.bytes, bytes, "seed " + seed + " inode " + node.id);
      }
    }
  }
}
