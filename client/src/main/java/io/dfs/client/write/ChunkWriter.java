package io.dfs.client.write;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ChunkRequest.Append;
import io.dfs.common.message.DataSettings;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends pieces to one chunk after another: those of a single large file, or small ones of many
 * files. Shared; its state is touched only by tasks of {@link Serial}.
 *
 * <p>Appends are pipelined. Small pieces that nobody waits for gather until they make a batch; when
 * somebody does ({@link #hurry}) they go at once, those that come while some are under way together
 * in one append. When an append fails, the chunk is given up where it is; each append of it that
 * was under way is acknowledged or fails on its own, and what failed is sent again into a new
 * chunk, until the piece's deadline.
 */
final class ChunkWriter {
  private static final Logger log = LoggerFactory.getLogger(ChunkWriter.class);

  /** Enough for 25 Gbit/s over 2 ms of disks and replicas; servers take 16 MiB a connection. */
  private static final int WINDOW_BYTES = 8 << 20;

  /** With so many appends under way, others wait until they make a batch. */
  private static final int UNHURRIED_APPENDS = 2;

  private static final int BATCH_BYTES = 256 << 10;
  private static final int MAX_PIECES = 512;

  /** Nobody waits for what gathers: the kernel keeps written pages for seconds. */
  private static final int GATHER_MS = 100;

  private static final int BACKOFF_MIN_MS = 20;
  private static final int BACKOFF_MAX_MS = 2000;

  /** A full cluster fails writes sooner than a silent one: servers may be just starting. */
  private static final long NO_SPACE_NANOS = 5_000_000_000L;

  private final ChunkSource source;
  private final DataSettings settings;
  private final boolean small;
  private final long deadlineNanos;
  private final ScheduledExecutorService timer;
  private final Serial serial;

  // All below: tasks of serial only.
  private final ArrayDeque<Piece> queue = new ArrayDeque<>();
  private long queuedBytes;
  private int appends;
  private int inFlightBytes;
  private @Nullable OpenChunk current;
  private @Nullable CompletableFuture<OpenChunk> next;
  private int backoffMs;
  private boolean waiting;
  private boolean closed;

  /** Somebody waits for what is in the queue. */
  private boolean hurried;

  /** Somebody waits for it to be on disk. */
  private boolean durable;

  private boolean gathering;

  ChunkWriter(
      ChunkSource source,
      DataSettings settings,
      boolean small,
      long deadlineNanos,
      ScheduledExecutorService timer) {
    this.source = source;
    this.settings = settings;
    this.small = small;
    this.deadlineNanos = deadlineNanos;
    this.timer = timer;
    this.serial = new Serial(timer);
    source.register(this);
  }

  /** Sends a piece whose bytes no longer change, when it makes a batch with others or soon. */
  void submit(Piece piece) {
    serial.execute(
        () -> {
          add(piece);
          pump();
        });
  }

  /**
   * Sends at once what has gathered.
   *
   * @param last one more piece, or null
   * @param onDisk whether the pieces shall also be on the servers' disks
   */
  void hurry(@Nullable Piece last, boolean onDisk) {
    serial.execute(
        () -> {
          if (last != null) {
            add(last);
          }
          if (!queue.isEmpty()) {
            hurried = true;
            durable |= onDisk;
            pump();
          }
        });
  }

  private void add(Piece piece) {
    queue.add(piece);
    queuedBytes += piece.length;
  }

  /** No more pieces will come; the chunk is sealed once all of it is committed. */
  void close() {
    serial.execute(
        () -> {
          closed = true;
          hurried = true;
          pump();
        });
  }

  /** The session that owns the chunks has ended: appends to others from now on. */
  void abandon() {
    serial.execute(this::finishChunks);
  }

  /** Appends to other chunks from now on; completes when nothing more goes to those of before. */
  CompletableFuture<Void> leaveChunks() {
    CompletableFuture<Void> left = new CompletableFuture<>();
    serial.execute(
        () -> {
          CompletableFuture<OpenChunk> opening = next;
          finishChunks();
          if (opening == null) {
            left.complete(null);
          } else {
            opening.whenComplete((chunk, failure) -> left.complete(null));
          }
        });
    return left;
  }

  /** Appends to another chunk from now on if the group of this one is closed. */
  void leaveClosedGroup() {
    serial.execute(
        () -> {
          if (current != null && source.isLeft(current)) {
            current.finish();
            current = null;
          }
          if (next != null
              && next.isDone()
              && !next.isCompletedExceptionally()
              && source.isLeft(next.join())) {
            next.join().finish();
            next = null;
          }
        });
  }

  private void finishChunks() {
    if (current != null) {
      current.finish();
      current = null;
    }
    if (next != null) {
      next.thenAccept(OpenChunk::finish);
      next = null;
    }
  }

  private void pump() {
    while (!queue.isEmpty() && !waiting) {
      if (appends > 0 && inFlightBytes + queue.element().length > WINDOW_BYTES) {
        return;
      }
      boolean batch = queuedBytes >= BATCH_BYTES || queue.size() >= MAX_PIECES;
      if (!batch && (!hurried || appends >= UNHURRIED_APPENDS)) {
        gather();
        return;
      }
      OpenChunk chunk = chunkFor(queue.element().length);
      if (chunk == null) {
        return;
      }
      sendBatch(chunk);
    }
    if (queue.isEmpty()) {
      hurried = false;
      durable = false;
      if (closed) {
        finishChunks();
      }
    }
  }

  /** What is in the queue goes when its time is over, whether it makes a batch or not. */
  private void gather() {
    if (hurried || gathering) {
      return;
    }
    gathering = true;
    later(
        GATHER_MS,
        () -> {
          gathering = false;
          hurried = !queue.isEmpty();
          pump();
        });
  }

  /** The chunk to append to, or null when {@link #pump} is called again once there is one. */
  private @Nullable OpenChunk chunkFor(int bytes) {
    OpenChunk chunk = current;
    if (chunk != null && (chunk.room() < bytes || !chunk.connection.isOpen())) {
      chunk.finish();
      chunk = null;
      current = null;
    }
    if (chunk != null) {
      return chunk;
    }
    CompletableFuture<OpenChunk> opening = next != null ? next : source.open(settings, small);
    next = null;
    if (opening.isDone() && !opening.isCompletedExceptionally()) {
      current = opening.join();
      return current.connection.isOpen() ? current : chunkFor(bytes);
    }
    waiting = true;
    opening.whenComplete(
        (opened, failure) ->
            serial.execute(
                () -> {
                  waiting = false;
                  if (opened != null) {
                    current = opened;
                    pump();
                  } else {
                    failQueued(FsException.of(failure));
                    pumpLater();
                  }
                }));
    return null;
  }

  private void sendBatch(OpenChunk chunk) {
    List<Piece> batch = new ArrayList<>(1);
    int bytes = 0;
    while (!queue.isEmpty() && batch.size() < MAX_PIECES) {
      Piece piece = queue.element();
      if (bytes + piece.length > Math.min(Piece.MAX_BYTES, chunk.room())) {
        break;
      }
      queue.remove();
      queuedBytes -= piece.length;
      if (piece.file.isWanted(piece)) {
        batch.add(piece);
        bytes += piece.length;
      }
    }
    if (batch.isEmpty()) {
      return;
    }
    ByteBuf payload = payload(batch);
    if (payload == null) {
      return;
    }
    int offset = chunk.length;
    int size = payload.readableBytes();
    // An append on disk puts all before it in the chunk there.
    boolean onDisk = durable && queue.isEmpty();
    chunk.length += size;
    chunk.placed(batch.size());
    appends++;
    inFlightBytes += size;
    int[] crcs = Crc32c.ofBlocks(payload, payload.readerIndex(), size, offset);
    int timeoutMs = (int) Math.min(15_000, Math.max(1000, deadlineNanos / 3_000_000));
    chunk
        .connection
        .call(new Append(chunk.id, offset, crcs, onDisk, chunk.chain), payload, timeoutMs)
        .whenComplete(
            (response, failure) -> {
              if (response != null) {
                response.payload().release();
              }
              serial.execute(
                  () -> {
                    appends--;
                    inFlightBytes -= size;
                    if (failure == null) {
                      acked(batch, chunk, offset, onDisk ? offset + size : 0);
                    } else {
                      hurried = true;
                      durable |= onDisk;
                      failed(batch, chunk, FsException.of(failure));
                    }
                    pump();
                  });
            });
    int ahead = Math.min(8 << 20, chunk.maxBytes / 2);
    if (next == null && chunk.room() < ahead && chunk.room() + size >= ahead && !closed) {
      next = source.open(settings, small);
    }
  }

  /** The bytes of all pieces, or null (and the batch emptied) when all were dropped meanwhile. */
  private static @Nullable ByteBuf payload(List<Piece> batch) {
    if (batch.size() == 1) {
      ByteBuf bytes = batch.get(0).file.retainBytes(batch.get(0));
      return bytes;
    }
    CompositeByteBuf all = NetThreads.allocator().compositeDirectBuffer(batch.size());
    batch.removeIf(
        piece -> {
          ByteBuf bytes = piece.file.retainBytes(piece);
          if (bytes != null) {
            all.addComponent(true, bytes);
          }
          return bytes == null;
        });
    if (batch.isEmpty()) {
      all.release();
      return null;
    }
    return all;
  }

  private void acked(List<Piece> batch, OpenChunk chunk, int offset, int onDisk) {
    backoffMs = 0;
    int at = offset;
    for (Piece piece : batch) {
      if (!piece.file.acked(piece, chunk, at, onDisk)) {
        chunk.settled(1);
      }
      at += piece.length;
    }
  }

  private void failed(List<Piece> batch, OpenChunk chunk, FsException failure) {
    chunk.settled(batch.size());
    if (current == chunk) {
      log.warn(
          "append to chunk {} failed: {}; writing on in another chunk",
          chunk.id,
          failure.getMessage());
      source.appendFailed(chunk, failure);
      chunk.finish();
      current = null;
    }
    for (int i = batch.size() - 1; i >= 0; i--) {
      queue.addFirst(batch.get(i));
      queuedBytes += batch.get(i).length;
    }
    failQueued(failure);
    if (!waiting && !queue.isEmpty()) {
      waiting = true;
      pumpLater();
    }
  }

  /** Fails the pieces whose time is over. */
  private void failQueued(FsException failure) {
    boolean hopeless = failure.errno() == Errno.EDQUOT;
    long patience =
        failure.errno() == Errno.ENOSPC ? Math.min(deadlineNanos, NO_SPACE_NANOS) : deadlineNanos;
    long now = System.nanoTime();
    queue.removeIf(
        piece -> {
          if (!hopeless && now - piece.file.sendingSince(piece) < patience) {
            return false;
          }
          queuedBytes -= piece.length;
          Errno errno = failure.errno() == Errno.ENOSPC || hopeless ? failure.errno() : Errno.EIO;
          piece.file.failed(
              piece,
              new FsException(
                  errno,
                  "written data was lost: no dataserver took it within the deadline, last: "
                      + failure.getMessage(),
                  failure));
          return true;
        });
  }

  private void pumpLater() {
    waiting = true;
    int delay = Math.max(BACKOFF_MIN_MS, backoffMs);
    backoffMs = Math.min(BACKOFF_MAX_MS, delay * 2);
    later(
        delay,
        () -> {
          waiting = false;
          pump();
        });
  }

  private void later(int delayMs, Runnable task) {
    try {
      timer.schedule(() -> serial.execute(task), delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The client is being closed, which fails what is left.
      log.debug("nothing is sent any more", e);
    }
  }
}
