package io.dfs.client.transfer;

import io.dfs.client.meta.PathResolver;
import io.dfs.client.transfer.Ranges.Range;
import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Copies whole files in and out. Stateless but for the connection; shared.
 *
 * <p>A copy grows under a hidden name beside its goal and is renamed when it is complete, so nobody
 * sees half a file. It moves in segments of a chunk each, several at once. After a break only what
 * is missing is copied, if the source has the size and the time of change that were noted: of a put
 * that is what no extent covers, of a get what {@link PartNotes} does not have. Every byte is
 * verified on its way: by the dataservers when it is put, by the client when it is got.
 */
public final class Transfer {
  private static final int PIECE = 1 << 20;

  /** Reads under way at once for each segment; with four of them 16 MiB. */
  private static final int DEPTH = 4;

  private static final int LAYOUT_PAGE = 4096;

  private static final Name SOURCE = Name.of("user.dfs.source");

  private final DfsVfs vfs;
  private final Caller caller;

  public Transfer(DfsVfs vfs, Caller caller) {
    this.vfs = vfs;
    this.caller = caller;
  }

  /**
   * Copies a local file into the cluster.
   *
   * @param progress is told how many bytes of the file are there, now and then
   */
  public Attr put(Path local, String path, LongConsumer progress) {
    List<Name> names = PathResolver.split(path.getBytes(StandardCharsets.UTF_8));
    InodeId parent = await(vfs.paths().parent(caller, names));
    Name goal = names.get(names.size() - 1);
    Name part = partOf(goal);
    try (FileChannel source = FileChannel.open(local, StandardOpenOption.READ)) {
      FileTime changed = Files.getLastModifiedTime(local);
      byte[] note = (source.size() + " " + changed.toInstant()).getBytes(StandardCharsets.UTF_8);
      Opened opened = await(vfs.create(caller, parent, part, 0644, false, OpenMode.READ_WRITE));
      try {
        long size = source.size();
        List<Range> missing = Ranges.missing(there(opened, note, size), size);
        Ranges ranges = new Ranges(size - Ranges.bytes(missing), progress);
        List<Range> segments = Ranges.cut(missing, segmentBytes(opened.attr()));
        ranges.copyAll(segments, range -> copyIn(source, opened.handle(), range, ranges));
        await(vfs.fsync(opened.handle(), false));
        Timestamp mtime = Timestamp.of(changed.toInstant());
        await(
            vfs.setattr(
                caller, opened.attr().inode(), AttrChange.times(null, mtime, false, false)));
      } finally {
        await(vfs.release(opened.handle()));
      }
      await(vfs.removexattr(caller, opened.attr().inode(), SOURCE));
      return await(vfs.rename(caller, parent, part, parent, goal, 0));
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "cannot read " + local + ": " + e.getMessage(), e);
    }
  }

  /** A chunk, so that each segment that is put has one of its own; of whole pieces. */
  private static long segmentBytes(Attr attr) {
    return (long) (attr.settings().chunkBytes() + PIECE - 1) / PIECE * PIECE;
  }

  /** What an earlier put of this source has left, sorted; made empty when it is of another one. */
  private List<Range> there(Opened opened, byte[] note, long size) {
    InodeId inode = opened.attr().inode();
    byte[] noted = null;
    try {
      noted = await(vfs.getxattr(caller, inode, SOURCE));
    } catch (FsException e) {
      if (e.errno() != Errno.ENODATA) {
        throw e;
      }
    }
    if (java.util.Arrays.equals(noted, note) && opened.attr().sizeBytes() <= size) {
      return committed(inode);
    }
    await(vfs.setattr(caller, inode, AttrChange.size(0)));
    await(vfs.setxattr(caller, inode, SOURCE, note, 0));
    return List.of();
  }

  private List<Range> committed(InodeId inode) {
    List<Range> ranges = new ArrayList<>();
    long offset = 0;
    while (offset >= 0) {
      Layout part = await(vfs.layout(inode, offset, LAYOUT_PAGE));
      part.extents().forEach(e -> ranges.add(new Range(e.fileOffset(), e.fileEnd())));
      offset = part.nextOffset();
    }
    return ranges;
  }

  private void copyIn(FileChannel source, long handle, Range range, Ranges ranges)
      throws IOException {
    ByteBuf buffer = NetThreads.allocator().directBuffer(PIECE, PIECE);
    try {
      long at = range.from();
      while (at < range.to()) {
        // Up to the next boundary, so that every piece but the last is a whole one.
        int wanted = (int) Math.min(range.to() - at, PIECE - at % PIECE);
        buffer.clear();
        while (buffer.readableBytes() < wanted) {
          int filled = buffer.readableBytes();
          if (buffer.writeBytes(source, at + filled, wanted - filled) <= 0) {
            throw new FsException(
                Errno.ESTALE, "the file became shorter while it was copied; copy it again");
          }
        }
        int n = await(vfs.write(handle, at, buffer));
        at += n;
        ranges.moved(n);
      }
      // A break costs at most the segments under way.
      await(vfs.flush(handle));
    } finally {
      buffer.release();
    }
  }

  /** Copies a file of the cluster to a local one. */
  public void get(String path, Path local, LongConsumer progress) {
    List<Name> names = PathResolver.split(path.getBytes(StandardCharsets.UTF_8));
    Attr attr = await(vfs.paths().resolve(caller, names, true, true));
    if (attr.type() != FileType.REGULAR) {
      throw new FsException(
          attr.isDirectory() ? Errno.EISDIR : Errno.EINVAL, path + " is no regular file");
    }
    Opened opened = await(vfs.open(caller, attr.inode(), OpenMode.READ));
    try {
      Attr source = opened.attr();
      String fileName = String.valueOf(local.getFileName());
      // The version is in the name: a changed source starts a copy of its own.
      String hidden = "." + fileName + "." + source.inode() + "-" + source.version() + ".dfs-part";
      Path part = local.resolveSibling(hidden);
      long size = source.sizeBytes();
      try (FileChannel target =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          PartNotes notes = PartNotes.open(local.resolveSibling(hidden + ".notes"))) {
        List<Range> missing = Ranges.missing(notes.verified(target, size), size);
        Ranges ranges = new Ranges(size - Ranges.bytes(missing), progress);
        ranges.copyAll(
            Ranges.cut(missing, segmentBytes(source)),
            range -> copyOut(opened.handle(), target, notes, range, ranges));
        target.truncate(size);
        notes.delete();
      }
      Files.setLastModifiedTime(part, fileTime(source.mtime()));
      Files.move(part, local, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "cannot write " + local + ": " + e.getMessage(), e);
    } finally {
      await(vfs.release(opened.handle()));
    }
  }

  private void copyOut(long handle, FileChannel target, PartNotes notes, Range range, Ranges ranges)
      throws IOException {
    ArrayDeque<CompletableFuture<ByteBuf>> reads = new ArrayDeque<>();
    CRC32C crc = new CRC32C();
    long asked = range.from();
    long at = range.from();
    try {
      while (at < range.to()) {
        while (reads.size() < DEPTH && asked < range.to()) {
          int wanted = (int) Math.min(range.to() - asked, PIECE - asked % PIECE);
          reads.add(vfs.read(handle, asked, wanted));
          asked += wanted;
        }
        ByteBuf bytes = await(reads.remove());
        int n = bytes.readableBytes();
        try {
          if (n != Math.min(range.to() - at, PIECE - at % PIECE)) {
            throw new FsException(
                Errno.ESTALE, "the file became shorter while it was copied; copy it again");
          }
          for (ByteBuffer run : bytes.nioBuffers()) {
            crc.update(run);
          }
          long to = at;
          while (bytes.isReadable()) {
            to += bytes.readBytes(target, to, bytes.readableBytes());
          }
          at = to;
        } finally {
          bytes.release();
        }
        ranges.moved(n);
      }
    } finally {
      reads.forEach(read -> read.thenAccept(ByteBuf::release));
    }
    notes.add(range, (int) crc.getValue());
  }

  private static FileTime fileTime(Timestamp t) {
    return FileTime.from(java.time.Instant.ofEpochSecond(t.seconds(), t.nanos()));
  }

  /** A name that listings hide, at most 255 bytes long. */
  static Name partOf(Name goal) {
    byte[] suffix = ".dfs-part".getBytes(StandardCharsets.UTF_8);
    int kept = Math.min(goal.length(), Name.MAX_BYTES - suffix.length - 1);
    byte[] bytes = new byte[1 + kept + suffix.length];
    bytes[0] = '.';
    System.arraycopy(goal.bytes(), 0, bytes, 1, kept);
    System.arraycopy(suffix, 0, bytes, 1 + kept, suffix.length);
    return new Name(bytes);
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw FsException.of(e);
    }
  }
}
