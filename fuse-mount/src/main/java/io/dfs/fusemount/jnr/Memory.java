package io.dfs.fusemount.jnr;

import com.kenai.jffi.MemoryIO;
import io.netty.buffer.ByteBuf;
import java.nio.Buffer;

/** Native memory by address. Immutable; whoever passes an address vouches for it. */
final class Memory {
  private static final MemoryIO IO = MemoryIO.getInstance();

  private Memory() {}

  static long allocate(long bytes) {
    return IO.allocateMemory(bytes, true);
  }

  static void free(long address) {
    IO.freeMemory(address);
  }

  static byte getByte(long address) {
    return IO.getByte(address);
  }

  static short getShort(long address) {
    return IO.getShort(address);
  }

  static int getInt(long address) {
    return IO.getInt(address);
  }

  static long getLong(long address) {
    return IO.getLong(address);
  }

  static void putShort(long address, int value) {
    IO.putShort(address, (short) value);
  }

  static void putInt(long address, int value) {
    IO.putInt(address, value);
  }

  static void putLong(long address, long value) {
    IO.putLong(address, value);
  }

  static long addressOf(Buffer direct) {
    return IO.getDirectBufferAddress(direct);
  }

  /** The bytes before the NUL. */
  static byte[] string(long address) {
    return bytes(address, (int) IO.getStringLength(address));
  }

  static byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    IO.getByteArray(address, bytes, 0, length);
    return bytes;
  }

  static void putBytes(long address, byte[] bytes) {
    IO.putByteArray(address, bytes, 0, bytes.length);
  }

  /** The bytes and a NUL after them. */
  static void putString(long address, byte[] bytes) {
    putBytes(address, bytes);
    IO.putByte(address + bytes.length, (byte) 0);
  }

  /** All readable bytes; does not release them. */
  static void copy(ByteBuf from, long to) {
    int length = from.readableBytes();
    if (length == 0) {
      return;
    }
    if (from.hasMemoryAddress()) {
      IO.copyMemory(from.memoryAddress() + from.readerIndex(), to, length);
    } else if (from.hasArray()) {
      IO.putByteArray(to, from.array(), from.arrayOffset() + from.readerIndex(), length);
    } else {
      from.getBytes(from.readerIndex(), IO.newDirectByteBuffer(to, length));
    }
  }
}
