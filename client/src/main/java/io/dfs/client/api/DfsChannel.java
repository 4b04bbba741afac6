package io.dfs.client.api;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.concurrent.CompletableFuture;

/** An open file as a channel. Shared; calls follow one another. */
final class DfsChannel implements SeekableByteChannel {
  private static final int MAX_READ = 1 << 20;

  private final DfsVfs vfs;
  private final long handle;
  private final InodeId inode;
  private final OpenMode mode;
  private final boolean sync;

  @GuardedBy("this")
  private long position;

  private volatile boolean open = true;

  DfsChannel(DfsVfs vfs, Opened opened, OpenMode mode, boolean sync) {
    this.vfs = vfs;
    this.handle = opened.handle();
    this.inode = opened.attr().inode();
    this.mode = mode;
    this.sync = sync;
  }

  private static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return Dfs.await(future);
    } catch (FsException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void checkOpen() throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public synchronized int read(ByteBuffer target) throws IOException {
    checkOpen();
    if (!target.hasRemaining()) {
      return 0;
    }
    int wanted = Math.min(target.remaining(), MAX_READ);
    ByteBuf bytes = await(vfs.read(handle, position, wanted));
    try {
      int n = bytes.readableBytes();
      if (n == 0) {
        return -1;
      }
      ByteBuffer part = target.duplicate();
      part.limit(part.position() + n);
      bytes.readBytes(part);
      target.position(target.position() + n);
      position += n;
      return n;
    } finally {
      bytes.release();
    }
  }

  @Override
  public synchronized int write(ByteBuffer source) throws IOException {
    checkOpen();
    int n = source.remaining();
    await(vfs.write(handle, position, Unpooled.wrappedBuffer(source)));
    source.position(source.position() + n);
    position = mode.append() ? size() : position + n;
    if (sync) {
      await(vfs.fsync(handle, false));
    }
    return n;
  }

  @Override
  public synchronized long position() {
    return position;
  }

  @Override
  public synchronized SeekableByteChannel position(long newPosition) {
    if (newPosition < 0) {
      throw new IllegalArgumentException("negative position: " + newPosition);
    }
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return await(vfs.getattr(handle)).sizeBytes();
  }

  @Override
  public synchronized SeekableByteChannel truncate(long size) throws IOException {
    checkOpen();
    if (size < size()) {
      await(vfs.setattr(Caller.ROOT, inode, AttrChange.size(size)));
    }
    position = Math.min(position, size);
    return this;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** Fails when something written could not be stored. */
  @Override
  public synchronized void close() throws IOException {
    if (open) {
      open = false;
      await(vfs.release(handle));
    }
  }
}
