package io.dfs.client.transfer;

import io.dfs.client.meta.PathResolver;
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
import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongConsumer;

/**
 * Copies whole files in and out. Stateless but for the connection; shared.
 *
 * <p>A copy grows under a hidden name beside its goal and is renamed when it is complete, so nobody
 * sees half a file. What is left after a break is taken up again where it ends, if the source has
 * the size and the time of change that were noted with it. Every byte is verified on its way: by
 * the dataservers when it is put, by the client when it is got.
 */
public final class Transfer {
  private static final int PIECE = 1 << 20;

  /** Reads under way at once: enough for several servers, bounded at 8 MiB. */
  private static final int DEPTH = 8;

  /** Where a get is noted as complete, so that a break costs at most so much. */
  private static final long FLUSH_EVERY = 64L << 20;

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
        long done = resumeAt(opened, note, source.size());
        copyIn(source, opened.handle(), done, progress);
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

  private long resumeAt(Opened opened, byte[] note, long size) {
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
      return opened.attr().sizeBytes();
    }
    await(vfs.setattr(caller, inode, AttrChange.size(0)));
    await(vfs.setxattr(caller, inode, SOURCE, note, 0));
    return 0;
  }

  private void copyIn(FileChannel source, long handle, long from, LongConsumer progress)
      throws IOException {
    ByteBuf buffer = NetThreads.allocator().directBuffer(PIECE, PIECE);
    try {
      long at = from;
      long flushed = from;
      progress.accept(at);
      while (true) {
        // Up to the next boundary, so that every piece but the last is a whole one.
        int wanted = PIECE - (int) (at % PIECE);
        buffer.clear();
        while (buffer.readableBytes() < wanted) {
          int n =
              buffer.writeBytes(
                  source, at + buffer.readableBytes(), wanted - buffer.readableBytes());
          if (n <= 0) {
            break;
          }
        }
        if (!buffer.isReadable()) {
          return;
        }
        int n = await(vfs.write(handle, at, buffer));
        at += n;
        if (at - flushed >= FLUSH_EVERY) {
          await(vfs.flush(handle));
          flushed = at;
        }
        progress.accept(at);
      }
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
      try (FileChannel target =
          FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        copyOut(
            opened.handle(),
            target,
            Math.min(target.size(), source.sizeBytes()),
            source.sizeBytes(),
            progress);
        target.truncate(source.sizeBytes());
      }
      Files.setLastModifiedTime(part, fileTime(source.mtime()));
      Files.move(part, local, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "cannot write " + local + ": " + e.getMessage(), e);
    } finally {
      await(vfs.release(opened.handle()));
    }
  }

  private void copyOut(long handle, FileChannel target, long from, long size, LongConsumer progress)
      throws IOException {
    ArrayDeque<CompletableFuture<ByteBuf>> reads = new ArrayDeque<>();
    long asked = from;
    long at = from;
    progress.accept(at);
    try {
      while (at < size) {
        while (reads.size() < DEPTH && asked < size) {
          int wanted = (int) Math.min(size - asked, PIECE - asked % PIECE);
          reads.add(vfs.read(handle, asked, wanted));
          asked += wanted;
        }
        ByteBuf bytes = await(reads.remove());
        try {
          if (!bytes.isReadable()) {
            throw new FsException(
                Errno.ESTALE, "the file became shorter while it was copied; copy it again");
          }
          while (bytes.isReadable()) {
            at += bytes.readBytes(target, at, bytes.readableBytes());
          }
        } finally {
          bytes.release();
        }
        progress.accept(at);
      }
    } finally {
      reads.forEach(read -> read.thenAccept(ByteBuf::release));
    }
  }

  private static FileTime fileTime(Timestamp t) {
    return FileTime.from(java.time.Instant.ofEpochSecond(t.seconds(), t.nanos()));
  }

  /** A name that listings hide, at most 255 bytes long. */
  private static Name partOf(Name goal) {
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
