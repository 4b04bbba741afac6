package io.dfs.dataserver.chunk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The port to a chunk's file. What is written is read again by any later opening of the file. */
public interface ChunkIo extends Closeable {
  /** Fills {@code into} from {@code position}, less only where the file ends. */
  void read(ByteBuffer into, long position) throws IOException;

  /** Writes all of {@code bytes}; after a failure any part of it may have been written. */
  void write(ByteBuffer bytes, long position) throws IOException;

  /** Cuts the file when it is longer. */
  void truncate(long size) throws IOException;

  /** Returns when what was written before, and the file's length, survive a power cut. */
  void force() throws IOException;

  long size() throws IOException;

  /** The file, for sending its bytes; only to be read. */
  FileChannel channel();
}
