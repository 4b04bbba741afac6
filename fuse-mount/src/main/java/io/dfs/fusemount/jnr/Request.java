package io.dfs.fusemount.jnr;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Name;
import io.dfs.fusemount.memory.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The request that a worker is at, as the kernel sent it. libfuse's callbacks tell less: not the
 * operation, not the node, not which of two renames they are part of. Confined to its worker.
 *
 * <pre>
 * fuse_in_header   0 length (32)  4 opcode (32)  8 unique  16 node  24 uid (32)  28 gid  32 pid
 * fuse_link_in    40 node
 * fuse_rename_in  40 new directory  48 old name, NUL, new name, NUL
 * </pre>
 */
final class Request {
  static final int GETATTR = 3;
  static final int UNLINK = 10;
  static final int RENAME = 12;

  private static final int OPCODE = 4;
  private static final int NODE = 16;
  private static final int UID = 24;
  private static final int GID = 28;
  private static final int PID = 32;
  private static final int LINK_OLD_NODE = 40;
  private static final int RENAME_NAMES = 48;
  private static final int[] NO_GROUPS = {};

  private ByteBuf buffer;
  private long address;
  private Caller caller = new Caller(0, 0, NO_GROUPS, true);

  /** What a rename under way replaces while programs have it open; see {@link HiddenFiles}. */
  private @Nullable Hiding hiding;

  record Hiding(Name hiddenName, InodeId inode) {}

  Request(int bytes) {
    ByteBuffer memory = ByteBuffer.allocateDirect(bytes);
    buffer = Unpooled.wrappedBuffer(memory);
    address = Memory.addressOf(memory);
  }

  long address() {
    return address;
  }

  int capacity() {
    return buffer.capacity();
  }

  /** Leaves the memory to whoever may read it still, and goes on with fresh memory. */
  void abandonMemory() {
    ByteBuffer memory = ByteBuffer.allocateDirect(buffer.capacity());
    buffer = Unpooled.wrappedBuffer(memory);
    address = Memory.addressOf(memory);
  }

  /** The kernel's request has arrived in the memory. */
  void begin() {
    hiding = null;
  }

  int opcode() {
    return Memory.getInt(address + OPCODE);
  }

  long node() {
    return Memory.getLong(address + NODE);
  }

  /** The kernel has checked permissions itself: dfs always mounts with default_permissions. */
  Caller caller() {
    int uid = Memory.getInt(address + UID);
    int gid = Memory.getInt(address + GID);
    if (caller.uid() != uid || caller.gid() != gid) {
      caller = new Caller(uid, gid, NO_GROUPS, true);
    }
    return caller;
  }

  int pid() {
    return Memory.getInt(address + PID);
  }

  /** Of a LINK: the node that gets another name. */
  long linkedNode() {
    return Memory.getLong(address + LINK_OLD_NODE);
  }

  /** Of a RENAME: the name that the program gave. */
  boolean renamesTo(Name name) {
    byte[] old = Memory.string(address + RENAME_NAMES);
    return Arrays.equals(Memory.string(address + RENAME_NAMES + old.length + 1), name.bytes());
  }

  void hide(Hiding what) {
    hiding = what;
  }

  @Nullable Hiding hiding() {
    return hiding;
  }

  /** A view of request data that libfuse passed by address; null when it lies elsewhere. */
  @Nullable ByteBuf view(long data, int length) {
    long offset = data - address;
    if (offset < 0 || offset + length > buffer.capacity()) {
      return null;
    }
    return buffer.setIndex((int) offset, (int) offset + length);
  }
}
