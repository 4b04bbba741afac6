package io.dfs.dataserver.rewrite;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ChunkRequest.Append;
import io.dfs.common.message.ChunkRequest.Read;
import io.dfs.common.message.ChunkRequest.SyncChunk;
import io.dfs.common.message.ChunkRequest.VerifyChunk;
import io.dfs.common.message.Reply.ChunkData;
import io.dfs.common.message.RewriteTask;
import io.dfs.common.message.RewriteTask.Source;
import io.dfs.common.net.Response;
import io.dfs.dataserver.pace.Pace;
import io.dfs.dataserver.replicate.Forwarder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One task: reads each source from a server that has it good, joins them to pieces of a MiB, and
 * appends those through the new chunk's chain. Confined to the thread that runs it; holds at most
 * two MiB.
 */
final class Copy {
  private static final int PIECE = 1 << 20;
  private static final int BLOCK = Crc32c.BLOCK_BYTES;
  private static final int READ_MS = 10_000;

  /** A chain waits for its slowest disk, and this is background work: it may. */
  private static final int APPEND_MS = 30_000;

  private static final int SYNC_MS = 60_000;

  private final RewriteTask task;
  private final Forwarder servers;
  private final Pace pace;
  private final List<HostPort> chain;
  private int length;

  Copy(RewriteTask task, Forwarder servers) {
    this.task = task;
    this.servers = servers;
    this.pace = new Pace(task.bytesPerSecond());
    this.chain = task.chain().stream().map(HostPort::parse).toList();
  }

  /** Returns when all bytes are on the disks of all members; else nothing refers to any. */
  void run() throws InterruptedException {
    if (chain.isEmpty()) {
      throw new FsException(Errno.EINVAL, "a copy without a server to go to");
    }
    ByteBuf out = Unpooled.directBuffer(PIECE);
    try {
      for (Source source : task.sources()) {
        int done = 0;
        while (done < source.length()) {
          int at = source.offset() + done;
          // Reads are of whole blocks, a MiB at most.
          int end =
              (int)
                  Math.min(
                      source.offset() + (long) source.length(), at / BLOCK * (long) BLOCK + PIECE);
          int bytes = Math.min(end - at, PIECE - out.readableBytes());
          read(source, at, bytes, out);
          done += bytes;
          if (out.readableBytes() == PIECE) {
            append(out);
          }
        }
      }
      append(out);
    } finally {
      out.release();
    }
    call(
            servers.ask(chain.get(0), new SyncChunk(task.chunk(), length, rest()), null, SYNC_MS),
            SYNC_MS)
        .payload()
        .release();
  }

  private List<String> rest() {
    return task.chain().subList(1, task.chain().size());
  }

  /** Appends to {@code out} what the first server with a good copy has. */
  private void read(Source source, int at, int bytes, ByteBuf out) throws InterruptedException {
    StringBuilder problems = new StringBuilder();
    for (String holder : source.holders()) {
      try {
        read(HostPort.parse(holder), source, at, bytes, out);
        return;
      } catch (FsException e) {
        if (e.errno() == Errno.EBADMSG) {
          var unused =
              servers
                  .ask(HostPort.parse(holder), new VerifyChunk(source.chunk()), null, READ_MS)
                  .thenAccept(answer -> answer.payload().release());
        }
        problems.append("; ").append(holder).append(": ").append(e.getMessage());
      }
    }
    throw new FsException(
        Errno.EIO, "no good copy of chunk " + source.chunk() + " at " + at + problems);
  }

  private void read(HostPort holder, Source source, int at, int bytes, ByteBuf out)
      throws InterruptedException {
    int from = at / BLOCK * BLOCK;
    int to = (at + bytes + BLOCK - 1) / BLOCK * BLOCK;
    Response response =
        call(
            servers.ask(holder, new Read(source.chunk(), from, to - from), null, READ_MS), READ_MS);
    ByteBuf data = response.payload();
    try {
      if (!(response.message() instanceof ChunkData head)
          || head.length() != data.readableBytes()
          || head.length() > to - from
          || head.crcs().length != Crc32c.runs(head.length(), 0)) {
        throw new FsException(Errno.EPROTO, "an answer that does not fit the question");
      }
      if (from + head.length() < at + bytes) {
        throw new FsException(Errno.ENODATA, "has only " + (from + head.length()) + " bytes");
      }
      int bad = Crc32c.verifyBlocks(data, data.readerIndex(), head.length(), 0, head.crcs());
      if (bad >= 0) {
        throw new FsException(
            Errno.EBADMSG, "block " + (from / BLOCK + bad) + " has a bad checksum");
      }
      out.writeBytes(data, data.readerIndex() + at - from, bytes);
    } finally {
      data.release();
    }
  }

  private void append(ByteBuf out) throws InterruptedException {
    int bytes = out.readableBytes();
    if (bytes == 0) {
      return;
    }
    int[] crcs = Crc32c.ofBlocks(out, out.readerIndex(), bytes, length);
    call(
            servers.ask(
                chain.get(0),
                new Append(task.chunk(), length, crcs, false, rest()),
                out.retainedSlice(),
                APPEND_MS),
            APPEND_MS)
        .payload()
        .release();
    length += bytes;
    out.clear();
    pace.moved(bytes);
  }

  private static Response call(CompletableFuture<Response> answer, int deadlineMs)
      throws InterruptedException {
    try {
      // The network has its own deadline; this one is for what it forgets.
      return answer.get(2L * deadlineMs, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw FsException.of(e);
    }
  }
}
