package io.dfs.dataserver.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A chunk's file on a real disk. */
public final class FileIo implements ChunkIo {
  private final FileChannel channel;

  private FileIo(FileChannel channel) {
    this.channel = channel;
  }

  /** Opens a file that is there. */
  public static FileIo open(Path path, boolean writable) throws IOException {
    return new FileIo(
        writable
            ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
            : FileChannel.open(path, StandardOpenOption.READ));
  }

  /** Makes a file, which must not be there. */
  public static FileIo create(Path path) throws IOException {
    return new FileIo(
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW));
  }

  @Override
  public void read(ByteBuffer into, long position) throws IOException {
    while (into.hasRemaining()) {
      int n = channel.read(into, position + into.position());
      if (n < 0) {
        return;
      }
    }
  }

  @Override
  public void write(ByteBuffer bytes, long position) throws IOException {
    long at = position - bytes.position();
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    channel.truncate(size);
  }

  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
