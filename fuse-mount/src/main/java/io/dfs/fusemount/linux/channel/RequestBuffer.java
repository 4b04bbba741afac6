package io.dfs.fusemount.linux.channel;

import io.dfs.fusemount.memory.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Native memory for one request. Confined to the thread that took it from {@link Buffers}, or to
 * the operation that it left a write's data to.
 */
public final class RequestBuffer {
  private final Buffers owner;
  private final long address;
  private final ByteBuffer memory;
  private final ByteBuf view;

  RequestBuffer(Buffers owner, int bytes) {
    this.owner = owner;
    this.address = Memory.allocateUntouched(bytes);
    this.memory = Memory.buffer(address, bytes).order(ByteOrder.nativeOrder());
    this.view = Unpooled.wrappedBuffer(memory);
  }

  long address() {
    return address;
  }

  int capacity() {
    return memory.capacity();
  }

  void received(int length) {
    memory.clear().limit(length);
  }

  /** The request; ends where it ends. */
  public ByteBuffer request() {
    return memory;
  }

  /** Data of the request, without copying. */
  public ByteBuf data(int at, int length) {
    return view.setIndex(at, at + length);
  }

  /** Nobody reads it any more. Any thread may call. */
  public void giveBack() {
    owner.put(this);
  }

  void free() {
    Memory.free(address);
  }
}
