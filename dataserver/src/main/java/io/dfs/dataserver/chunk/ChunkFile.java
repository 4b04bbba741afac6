package io.dfs.dataserver.chunk;

import com.google.errorprone.annotations.Var;
import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.DataSettings;
import io.dfs.dataserver.chunk.ChunkFormat.Slot;
import io.dfs.dataserver.chunk.ChunkFormat.TailRecord;
import io.netty.buffer.ByteBuf;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open chunk. One thread at a time appends, one at a time syncs, and any may read at the same
 * time without a lock: bytes below {@link #tail} never change, and a tail is published only after
 * all that it covers.
 *
 * <p>IOExceptions are the disk's; FsExceptions are the asker's fault or a damaged file.
 */
public final class ChunkFile implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(ChunkFile.class);

  /** Syncs of at most so many new bytes are small. */
  private static final int SMALL_BYTES = 64 << 10;

  /** Zeros written ahead at once. */
  private static final int AHEAD_BYTES = 256 << 10;

  private final ChunkId chunk;
  private final String path;
  private final ChunkIo io;
  private final long boot;

  private volatile Tail tail;
  private volatile Tail synced;

  /** CRCs of the full blocks. Written by the appending thread, before it publishes a tail. */
  private volatile int[] table;

  /** Why nothing can be appended any more. Owned by the appending thread. */
  private @Nullable IOException brokenWrite;

  /** Likewise, owned by the syncing thread: after a failed fsync a later one proves nothing. */
  private @Nullable IOException brokenSync;

  /** Whether a crash may have left bytes past the tail; owned by the appending thread. */
  private boolean surplus;

  /**
   * Up to where the file has zeros past the tail that were written ahead; owned by the appending
   * thread. Bytes that only replace others are synced without a change of the file's size, which
   * would have to go through the journal of the disk's filesystem each time.
   */
  private long zerosEnd;

  /** Whether the last sync covered little: then more of that kind will come. */
  private volatile boolean smallSyncs;

  private ChunkFile(
      ChunkId chunk, String path, ChunkIo io, long boot, Tail tail, Tail synced, int[] table) {
    this.chunk = chunk;
    this.path = path;
    this.io = io;
    this.boot = boot;
    this.tail = tail;
    this.synced = synced;
    this.table = table;
  }

  /** Makes a new, empty chunk in an empty file; the caller closes {@code io} when this fails. */
  public static ChunkFile create(
      ChunkIo io, String path, ChunkId chunk, long clusterHash, long boot) throws IOException {
    io.write(ChunkFormat.newHeader(chunk, clusterHash, boot), 0);
    return new ChunkFile(chunk, path, io, boot, Tail.EMPTY, Tail.EMPTY, new int[16]);
  }

  /**
   * Opens a chunk, finding its length again after a crash. The caller closes {@code io} when this
   * fails or gives null.
   *
   * @return null when the file never became a chunk
   * @throws FsException EIO with the path when it is damaged
   */
  public static @Nullable ChunkFile open(
      ChunkIo io, String path, ChunkId chunk, long clusterHash, long boot) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(ChunkFormat.HEADER_BYTES);
    io.read(header, 0);
    header.clear();
    if (ChunkFormat.isUnborn(header)) {
      return null;
    }
    String fault = ChunkFormat.fault(header, chunk, clusterHash);
    TailRecord written = ChunkFormat.readTail(header, chunk, Slot.WRITTEN);
    TailRecord syncing = ChunkFormat.readTail(header, chunk, Slot.SYNCING);
    TailRecord synced = ChunkFormat.readTail(header, chunk, Slot.SYNCED);
    if (fault != null || (written == null && syncing == null && synced == null)) {
      throw damaged(path, fault == null ? "its tail records do not match their checksums" : fault);
    }
    Tail safe = synced == null ? Tail.EMPTY : synced.tail();
    int blocks =
        Math.max(
            safe.fullBlocks(),
            Math.max(
                written == null ? 0 : written.tail().fullBlocks(),
                syncing == null ? 0 : syncing.tail().fullBlocks()));
    int[] table = readTable(io, blocks);
    long size = io.size();
    if (written != null && written.boot() == boot) {
      if (size < ChunkFormat.DATA_AT + (long) written.tail().length()) {
        throw damaged(path, "it is shorter than its header says");
      }
      ChunkFile file = new ChunkFile(chunk, path, io, boot, written.tail(), safe, table);
      file.surplus = size > ChunkFormat.DATA_AT + (long) written.tail().length();
      file.cutIfPossible();
      return file;
    }
    Tail found = new Recovery(io, table).find(written, syncing, synced);
    if (found == null) {
      throw damaged(path, "it is shorter than what was synced");
    }
    ChunkFile file = new ChunkFile(chunk, path, io, boot, found, safe, table);
    file.surplus = true;
    file.cutIfPossible();
    return file;
  }

  private static int[] readTable(ChunkIo io, int blocks) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(blocks * Integer.BYTES);
    io.read(bytes, ChunkFormat.TABLE_AT);
    int[] table = new int[Math.max(16, blocks)];
    bytes.clear().asIntBuffer().get(table, 0, blocks);
    return table;
  }

  private static FsException damaged(String path, String how) {
    return new FsException(
        Errno.EIO, "chunk file " + path + " is damaged: " + how + "; another server has a copy");
  }

  /** The chunk's end now; grows. */
  public Tail tail() {
    return tail;
  }

  /** Bytes that survive a power cut. */
  public int syncedLength() {
    return synced.length();
  }

  /**
   * Compares bytes that came to be appended with their sums.
   *
   * @param sender for the message
   * @throws FsException EBADMSG when they do not match
   */
  public static void verify(ChunkId chunk, int offset, ByteBuf payload, int[] crcs, String sender) {
    int bad =
        Crc32c.verifyBlocks(payload, payload.readerIndex(), payload.readableBytes(), offset, crcs);
    if (bad >= 0) {
      throw new FsException(
          Errno.EBADMSG,
          String.format(
              "bytes from %s for chunk %s at %d (run %d) do not match their checksum",
              sender, chunk, offset, bad));
    }
  }

  /**
   * Appends the readable bytes of {@code payload}, whose indexes stay. Nothing has changed when it
   * fails.
   *
   * @param crcs of the payload's runs, as {@link Crc32c#ofBlocks} cuts them at {@code offset}; they
   *     have passed {@link #verify}
   * @return the new length
   * @throws FsException ESTALE when {@code offset} is not the length, EFBIG
   */
  public int append(int offset, ByteBuf payload, int[] crcs) throws IOException {
    Tail old = tail;
    if (offset != old.length()) {
      throw new FsException(
          Errno.ESTALE,
          "append to chunk " + chunk + " at " + offset + ", but it has " + old.length() + " bytes");
    }
    int bytes = payload.readableBytes();
    if (bytes > DataSettings.MAX_CHUNK_BYTES - offset) {
      throw new FsException(
          Errno.EFBIG,
          "append to chunk " + chunk + " past " + DataSettings.MAX_CHUNK_BYTES + " bytes");
    }
    if (brokenWrite != null) {
      throw new IOException("an earlier append left the file undefined", brokenWrite);
    }
    cutSurplus();
    try {
      writeData(payload, offset);
      Tail now = extendTable(old, bytes, crcs);
      writeTable(old.fullBlocks(), now.fullBlocks());
      writeTail(Slot.WRITTEN, now);
      tail = now;
      writeZerosAhead(now);
      return now.length();
    } catch (IOException e) {
      undo(old, e);
      throw e;
    }
  }

  /** What a crash leaves of them is cut like any other surplus. */
  private void writeZerosAhead(Tail now) {
    long end = ChunkFormat.DATA_AT + (long) now.length();
    if (!smallSyncs || end + SMALL_BYTES <= zerosEnd) {
      return;
    }
    try {
      long from = Math.max(end, zerosEnd);
      zerosEnd = end + AHEAD_BYTES;
      io.write(ByteBuffer.allocate((int) (zerosEnd - from)), from);
    } catch (IOException e) {
      // A full disk: appends go on without.
      log.debug("cannot write ahead in {}", path, e);
      smallSyncs = false;
    }
  }

  /** Removes what a crash left behind the end, which is of this boot from then on. */
  private void cutSurplus() throws IOException {
    if (surplus) {
      io.truncate(ChunkFormat.DATA_AT + (long) tail.length());
      writeTail(Slot.WRITTEN, tail);
      surplus = false;
    }
  }

  /** A disk that can only be read still gives its chunks. */
  private void cutIfPossible() {
    try {
      cutSurplus();
    } catch (IOException | NonWritableChannelException e) {
      log.debug("cannot cut {} at its end", path, e);
    }
  }

  private void writeData(ByteBuf payload, int offset) throws IOException {
    @Var long at = ChunkFormat.DATA_AT + (long) offset;
    for (ByteBuffer piece : payload.nioBuffers()) {
      int n = piece.remaining();
      io.write(piece, at);
      at += n;
    }
  }

  /** Joins the arriving sums to the stored ones; bytes already stored are not read again. */
  private Tail extendTable(Tail old, int bytes, int[] crcs) {
    @Var Tail now = old;
    @Var int left = bytes;
    for (int crc : crcs) {
      int run = Math.min(Crc32c.BLOCK_BYTES - now.partialBytes(), left);
      int joined = now.partialBytes() == 0 ? crc : Crc32c.combine(now.crc(), crc, run);
      int length = now.length() + run;
      left -= run;
      if (length % Crc32c.BLOCK_BYTES == 0) {
        setInTable(now.fullBlocks(), joined);
        now = new Tail(length, 0);
      } else {
        now = new Tail(length, joined);
      }
    }
    return now;
  }

  private void setInTable(int block, int crc) {
    int[] old = table;
    if (block < old.length) {
      old[block] = crc;
      return;
    }
    int[] grown = Arrays.copyOf(old, Math.min(old.length * 2, ChunkFormat.MAX_BLOCKS));
    grown[block] = crc;
    table = grown;
  }

  private void writeTable(int from, int to) throws IOException {
    if (from == to) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate((to - from) * Integer.BYTES);
    bytes.asIntBuffer().put(table, from, to - from);
    io.write(bytes, ChunkFormat.TABLE_AT + from * (long) Integer.BYTES);
  }

  private void writeTail(Slot slot, Tail value) throws IOException {
    io.write(ChunkFormat.tailRecord(chunk, slot, new TailRecord(value, boot)), slot.at());
  }

  private void undo(Tail old, IOException cause) {
    try {
      writeTail(Slot.WRITTEN, old);
      io.truncate(ChunkFormat.DATA_AT + (long) old.length());
      zerosEnd = 0;
    } catch (IOException e) {
      e.addSuppressed(cause);
      brokenWrite = e;
    }
  }

  /**
   * Makes what the chunk has now survive a power cut.
   *
   * @return the length that does
   */
  public int sync() throws IOException {
    if (brokenSync != null) {
      throw new IOException("an earlier fsync failed", brokenSync);
    }
    Tail now = tail;
    if (now.length() == synced.length()) {
      return now.length();
    }
    try {
      writeTail(Slot.SYNCING, now);
      io.force();
      writeTail(Slot.SYNCED, now);
    } catch (IOException e) {
      brokenSync = e;
      throw e;
    }
    smallSyncs = now.length() - synced.length() <= SMALL_BYTES;
    synced = now;
    return now.length();
  }

  /**
   * The sums of the blocks from {@code offset} to {@code end}.
   *
   * @param at a tail that {@link #tail} gave
   * @param offset a multiple of the block size
   * @param end a multiple of it too, or the tail's length
   */
  public int[] crcs(Tail at, int offset, int end) {
    int first = offset / Crc32c.BLOCK_BYTES;
    int full = Math.min(end / Crc32c.BLOCK_BYTES, at.fullBlocks());
    boolean partial = end > full * Crc32c.BLOCK_BYTES;
    int[] sums = new int[full - first + (partial ? 1 : 0)];
    System.arraycopy(table, first, sums, 0, full - first);
    if (partial) {
      sums[full - first] = at.crc();
    }
    return sums;
  }

  public FileChannel channel() {
    return io.channel();
  }

  /** Where the chunk's byte 0 lies in {@link #channel}. */
  public static long dataPosition() {
    return ChunkFormat.DATA_AT;
  }

  public String path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try {
      if (zerosEnd > 0) {
        io.truncate(ChunkFormat.DATA_AT + (long) tail.length());
      }
    } finally {
      io.close();
    }
  }
}
