package io.dfs.sim;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.dataserver.chunk.ChunkFile;
import io.dfs.dataserver.chunk.ChunkIo;
import io.dfs.dataserver.chunk.Tail;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dataserver: real chunk files on a simulated disk, and the rules of {@code ChunkStore} and
 * {@code ChunkHandler} about them. An append or sync is passed on and done here at the same time,
 * and answered when both have it.
 */
final class SimDataserver extends World.Node {
  private static final long CLUSTER = 42;
  private static final int DATA_AT = (int) ChunkFile.dataPosition();

  final NodeId id;
  final SimDisk disk = new SimDisk();
  private final World world;
  private final Map<ChunkId, ChunkFile> open = new HashMap<>();
  private long boot = 1;

  SimDataserver(World world, int number) {
    super("ds" + number);
    this.world = world;
    this.id = new NodeId(number);
  }

  /** The process ends at once; the page cache stays. */
  void kill() {
    up = false;
    life++;
    open.clear();
  }

  void losePower() {
    kill();
    boot++;
    disk.losePower(world.random);
  }

  private @Nullable ChunkFile find(ChunkId chunk) {
    ChunkFile known = open.get(chunk);
    if (known != null || !disk.has(chunk)) {
      return known;
    }
    try {
      ChunkFile found = ChunkFile.open(disk.open(chunk), name, chunk, CLUSTER, boot);
      if (found != null) {
        open.put(chunk, found);
      }
      return found;
    } catch (IOException e) {
      throw new FsException(Errno.EIO, e.toString());
    }
  }

  void append(
      ChunkId chunk,
      int offset,
      byte[] bytes,
      List<SimDataserver> rest,
      World.Answer<Integer> done) {
    both(
        rest,
        done,
        (next, answer) -> next.append(chunk, offset, bytes, rest.subList(1, rest.size()), answer),
        () -> appendHere(chunk, offset, bytes));
  }

  private int appendHere(ChunkId chunk, int offset, byte[] bytes) throws IOException {
    ChunkFile file = find(chunk);
    int has = file == null ? 0 : file.tail().length();
    if (has != offset) {
      throw new FsException(Errno.ESTALE, name + " has " + has + " bytes of " + chunk);
    }
    ByteBuf payload = Unpooled.wrappedBuffer(bytes);
    int[] crcs = Crc32c.ofBlocks(payload, 0, bytes.length, offset);
    ChunkFile.verify(chunk, offset, payload, crcs, "client");
    if (file == null) {
      if (disk.full) {
        throw new IOException("No space left on device");
      }
      file = ChunkFile.create(disk.create(chunk), name, chunk, CLUSTER, boot);
      open.put(chunk, file);
    }
    return file.append(offset, payload, crcs);
  }

  void sync(ChunkId chunk, int length, List<SimDataserver> rest, World.Answer<Integer> done) {
    both(
        rest,
        done,
        (next, answer) -> next.sync(chunk, length, rest.subList(1, rest.size()), answer),
        () -> {
          ChunkFile file = find(chunk);
          if (file == null || file.tail().length() < length) {
            throw new FsException(Errno.ESTALE, name + " has less of " + chunk);
          }
          disk.syncEntry(chunk);
          return file.sync();
        });
  }

  private interface Local {
    int run() throws IOException;
  }

  private interface Onward {
    void pass(SimDataserver next, World.Answer<Integer> answer);
  }

  private void both(
      List<SimDataserver> rest, World.Answer<Integer> done, Onward onward, Local local) {
    if (rest.isEmpty()) {
      done.accept(here(local), null);
      return;
    }
    boolean[] failed = {false};
    int[] left = {2};
    World.Answer<Integer> part =
        (length, failure) -> {
          if (failure != null && !failed[0]) {
            failed[0] = true;
            done.accept(null, failure);
          } else if (--left[0] == 0 && !failed[0]) {
            done.accept(length, null);
          }
        };
    world.<Integer>call(this, rest.get(0), answer -> onward.pass(rest.get(0), answer), part);
    try {
      part.accept(here(local), null);
    } catch (FsException e) {
      part.accept(null, e);
    }
  }

  private static int here(Local local) {
    try {
      return local.run();
    } catch (IOException e) {
      throw new FsException(Errno.EIO, e.toString());
    }
  }

  /** Bytes of a chunk, each block of them verified as a reader does. */
  byte[] read(ChunkId chunk, int offset, int length) {
    ChunkFile file = find(chunk);
    if (file == null) {
      throw new FsException(Errno.ENOENT, name + " has no " + chunk);
    }
    Tail tail = file.tail();
    if (tail.length() < offset + length) {
      throw new FsException(Errno.ENODATA, name + " has less of " + chunk);
    }
    int from = offset / Crc32c.BLOCK_BYTES * Crc32c.BLOCK_BYTES;
    int to =
        Math.min(
            tail.length(),
            (offset + length + Crc32c.BLOCK_BYTES - 1) / Crc32c.BLOCK_BYTES * Crc32c.BLOCK_BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(to - from);
    ChunkIo io = disk.open(chunk);
    try {
      io.read(bytes, DATA_AT + from);
    } catch (IOException e) {
      throw new FsException(Errno.EIO, e.toString());
    }
    int[] crcs = file.crcs(tail, from, to);
    if (Crc32c.verifyBlocks(Unpooled.wrappedBuffer(bytes.array()), 0, to - from, 0, crcs) >= 0) {
      throw new FsException(Errno.EBADMSG, name + " has bad bytes of " + chunk);
    }
    byte[] wanted = new byte[length];
    bytes.get(offset - from, wanted);
    return wanted;
  }

  /** Whether its first bytes are all there and good. */
  boolean isGood(ChunkId chunk, int length) {
    try {
      return length == 0 || read(chunk, 0, length).length == length;
    } catch (FsException e) {
      return false;
    }
  }

  void delete(ChunkId chunk) {
    open.remove(chunk);
    disk.delete(chunk);
  }

  boolean rot(ChunkId chunk) {
    return disk.rot(chunk, DATA_AT, world.random);
  }
}
