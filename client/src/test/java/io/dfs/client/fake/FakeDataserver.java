package io.dfs.client.fake;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ChunkRequest.Append;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.message.ChunkRequest.SyncChunk;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Call;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetServer;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A dataserver that keeps chunks in memory. It passes appends on to the rest of the chain by
 * calling the other fakes directly. Failures are injected by counters.
 */
public final class FakeDataserver implements AutoCloseable {
  static final Map<String, FakeDataserver> ALL = new ConcurrentHashMap<>();

  private final NetThreads threads;
  private final String clusterId;
  private final Map<Long, byte[]> chunks = new HashMap<>();
  private NetServer server;
  public final HostPort address;
  public final AtomicInteger appendsToFail = new AtomicInteger();
  public final AtomicInteger readsToCorrupt = new AtomicInteger();
  public final AtomicInteger readsToFail = new AtomicInteger();
  public final AtomicInteger readsToIgnore = new AtomicInteger();
  public final AtomicInteger reads = new AtomicInteger();
  public final AtomicInteger appends = new AtomicInteger();
  public final AtomicInteger syncs = new AtomicInteger();

  /** So much of each chunk is on disk, as far as the first of its servers was told. */
  public final ConcurrentMap<Long, Integer> onDisk = new ConcurrentHashMap<>();

  FakeDataserver(NetThreads threads, String clusterId) {
    this.threads = threads;
    this.clusterId = clusterId;
    this.server = start(new HostPort("127.0.0.1", 0));
    this.address = server.address();
    ALL.put(address.toString(), this);
  }

  private NetServer start(HostPort at) {
    return NetServer.start(
        threads,
        at,
        NetLimits.DEFAULT,
        hello -> new Reply.Welcome(1, clusterId, "fake"),
        this::handle);
  }

  /** Closes every connection and listens again. */
  public void restart() {
    server.close();
    server = start(address);
  }

  public void stop() {
    server.close();
  }

  private void handle(Call call) {
    try {
      if (call.message() instanceof Append append) {
        append(call, append);
      } else if (call.message() instanceof Read read) {
        read(call, read);
      } else if (call.message() instanceof SyncChunk sync) {
        syncs.incrementAndGet();
        onDisk.merge(sync.chunk().value(), sync.length(), Math::max);
        call.payload().release();
        call.reply(Reply.Done.DONE);
      } else {
        call.payload().release();
        call.fail(new FsException(Errno.ENOSYS, "fake: " + call.message()));
      }
    } catch (RuntimeException e) {
      call.fail(FsException.of(e));
    }
  }

  private static boolean take(AtomicInteger counter) {
    return counter.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }

  private void append(Call call, Append append) {
    appends.incrementAndGet();
    ByteBuf payload = call.payload();
    try {
      if (take(appendsToFail)) {
        throw new FsException(Errno.EIO, address + ": disk failed (injected)");
      }
      int bad =
          Crc32c.verifyBlocks(
              payload,
              payload.readerIndex(),
              payload.readableBytes(),
              append.offset(),
              append.crcs());
      if (bad >= 0) {
        throw new FsException(Errno.EBADMSG, address + ": bad checksum of run " + bad);
      }
      byte[] bytes = new byte[payload.readableBytes()];
      payload.getBytes(payload.readerIndex(), bytes);
      int length = append(append, bytes);
      for (String next : append.chain()) {
        ALL.get(next).append(append, bytes);
      }
      if (append.durable()) {
        onDisk.merge(append.chunk().value(), length, Math::max);
      }
      call.reply(new Reply.Appended(length));
    } finally {
      payload.release();
    }
  }

  private synchronized int append(Append append, byte[] bytes) {
    byte[] old = chunks.getOrDefault(append.chunk().value(), new byte[0]);
    if (old.length != append.offset()) {
      throw new FsException(
          Errno.ESTALE, address + ": offset " + append.offset() + ", length " + old.length);
    }
    byte[] grown = Arrays.copyOf(old, old.length + bytes.length);
    System.arraycopy(bytes, 0, grown, old.length, bytes.length);
    chunks.put(append.chunk().value(), grown);
    return grown.length;
  }

  private void read(Call call, Read read) {
    reads.incrementAndGet();
    call.payload().release();
    if (take(readsToIgnore)) {
      return;
    }
    if (take(readsToFail)) {
      throw new FsException(Errno.EIO, address + ": read failed (injected)");
    }
    byte[] chunk;
    synchronized (this) {
      chunk = chunks.get(read.chunk().value());
    }
    if (chunk == null) {
      throw new FsException(Errno.ENOENT, address + ": no chunk " + read.chunk());
    }
    int length = Math.max(0, Math.min(read.length(), chunk.length - read.offset()));
    ByteBuf bytes = Unpooled.wrappedBuffer(chunk, read.offset(), length);
    int[] crcs = Crc32c.ofBlocks(bytes, bytes.readerIndex(), length, 0);
    ByteBuf sent = NetThreads.allocator().directBuffer(Math.max(1, length)).writeBytes(bytes);
    if (take(readsToCorrupt) && length > 0) {
      sent.setByte(length / 2, sent.getByte(length / 2) ^ 0xff);
    }
    call.reply(new Reply.ChunkData(length, crcs), sent);
  }

  @Override
  public void close() {
    server.close();
    ALL.remove(address.toString());
  }
}
