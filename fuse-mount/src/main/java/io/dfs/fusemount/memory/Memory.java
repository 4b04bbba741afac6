package io.dfs.fusemount.memory;

import com.kenai.jffi.MemoryIO;
import io.netty.buffer.ByteBuf;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/** Native memory by address. Immutable; whoever passes an address vouches for it. */
public final class Memory {
  private static final MemoryIO IO = MemoryIO.getInstance();

  private Memory() {}

  public static long allocate(long bytes) {
    return IO.allocateMemory(bytes, true);
  }

  /** Not zeroed, so that pages which are never used take no memory. */
  public static long allocateUntouched(long bytes) {
    return IO.allocateMemory(bytes, false);
  }

  /** A view of native memory, which the caller keeps alive. */
  public static ByteBuffer buffer(long address, int bytes) {
    return IO.newDirectByteBuffer(address, bytes);
  }

  public static void free(long address) {
    IO.freeMemory(address);
  }

  public static byte getByte(long address) {
    return IO.getByte(address);
  }

  public static short getShort(long address) {
    return IO.getShort(address);
  }

  public static int getInt(long address) {
    return IO.getInt(address);
  }

  public static long getLong(long address) {
    return IO.getLong(address);
  }

  public static void putShort(long address, int value) {
    IO.putShort(address, (short) value);
  }

  public static void putInt(long address, int value) {
    IO.putInt(address, value);
  }

  public static void putLong(long address, long value) {
    IO.putLong(address, value);
  }

  public static long addressOf(Buffer direct) {
    return IO.getDirectBufferAddress(direct);
  }

  /** The bytes before the NUL. */
  public static byte[] string(long address) {
    return bytes(address, (int) IO.getStringLength(address));
  }

  public static byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    IO.getByteArray(address, bytes, 0, length);
    return bytes;
  }

  public static void putBytes(long address, byte[] bytes) {
    IO.putByteArray(address, bytes, 0, bytes.length);
  }

  /** The bytes and a NUL after them. */
  public static void putString(long address, byte[] bytes) {
    putBytes(address, bytes);
    IO.putByte(address + bytes.length, (byte) 0);
  }

  /** All readable bytes; does not release them. */
  public static void copy(ByteBuf from, long to) {
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
