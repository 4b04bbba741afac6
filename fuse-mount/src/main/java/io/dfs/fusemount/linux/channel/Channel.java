package io.dfs.fusemount.linux.channel;

import static io.dfs.fusemount.linux.channel.LibC.LIBC;

import io.dfs.common.net.NetThreads;
import io.dfs.fusemount.linux.wire.Encoder;
import io.dfs.fusemount.memory.Memory;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One descriptor of the connection to the kernel. Shared: any thread may receive and answer. An
 * answer goes through the channel that its request came from; its methods return 0 or the errno of
 * what the kernel did not take (ENOENT: nobody waits for it any more).
 */
public final class Channel implements AutoCloseable {
  private final int descriptor;

  public Channel(int descriptor) {
    this.descriptor = descriptor;
  }

  public int descriptor() {
    return descriptor;
  }

  /** Waits for a request. Its length, or a negative errno. */
  public int receive(RequestBuffer buffer) {
    long length = LIBC.read(descriptor, buffer.address(), buffer.capacity());
    if (length < 0) {
      return -LibC.errno();
    }
    buffer.received((int) length);
    return (int) length;
  }

  /** An answer without a body: an errno, or 0 for success. */
  public int answer(long unique, int errno) {
    Scratch scratch = Scratch.current();
    Encoder.header(scratch.memory(), 0, 0, errno, unique);
    return write(scratch.address(), Encoder.HEADER_BYTES);
  }

  /** An answer that {@code body} writes at the buffer's position; of a few KiB at most. */
  public int answer(long unique, Consumer<ByteBuffer> body) {
    Scratch scratch = Scratch.current();
    ByteBuffer out = scratch.memory();
    out.limit(Scratch.BYTES).position(Encoder.HEADER_BYTES);
    try {
      body.accept(out);
      int length = out.position();
      Encoder.header(out, 0, length - Encoder.HEADER_BYTES, 0, unique);
      return write(scratch.address(), length);
    } finally {
      out.clear();
    }
  }

  /** Whatever {@code message} writes, which has a header of its own. */
  public int notify(Consumer<ByteBuffer> message) {
    Scratch scratch = Scratch.current();
    ByteBuffer out = scratch.memory();
    out.limit(Scratch.BYTES).position(0);
    try {
      message.accept(out);
      return write(scratch.address(), out.position());
    } finally {
      out.clear();
    }
  }

  /** An answer of the readable bytes of {@code data}, straight from its parts; releases nothing. */
  public int answer(long unique, ByteBuf data) {
    int bytes = data.readableBytes();
    Scratch scratch = Scratch.current();
    Encoder.header(scratch.memory(), 0, bytes, 0, unique);
    scratch.begin();
    scratch.add(scratch.address(), Encoder.HEADER_BYTES);
    if (bytes == 0 || addParts(scratch, data)) {
      return writev(scratch);
    }
    // Of heap memory, or of too many parts.
    ByteBuf whole = NetThreads.allocator().directBuffer(bytes, bytes);
    try {
      whole.writeBytes(data, data.readerIndex(), bytes);
      scratch.begin();
      scratch.add(scratch.address(), Encoder.HEADER_BYTES);
      scratch.add(Memory.addressOf(whole.nioBuffer()), bytes);
      return writev(scratch);
    } finally {
      whole.release();
    }
  }

  private static boolean addParts(Scratch scratch, ByteBuf data) {
    if (data.hasMemoryAddress()) {
      return scratch.add(data.memoryAddress() + data.readerIndex(), data.readableBytes());
    }
    if (!data.isDirect()) {
      return false;
    }
    for (ByteBuffer part : data.nioBuffers(data.readerIndex(), data.readableBytes())) {
      if (!part.isDirect()
          || !scratch.add(Memory.addressOf(part) + part.position(), part.remaining())) {
        return false;
      }
    }
    return true;
  }

  private int write(long address, int bytes) {
    return LIBC.write(descriptor, address, bytes) < 0 ? LibC.errno() : 0;
  }

  private int writev(Scratch scratch) {
    return LIBC.writev(descriptor, scratch.partsAddress(), scratch.parts()) < 0 ? LibC.errno() : 0;
  }

  @Override
  public void close() {
    LIBC.close(descriptor);
  }
}
