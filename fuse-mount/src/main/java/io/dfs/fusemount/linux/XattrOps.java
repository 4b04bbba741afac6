package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Mutation.SetXattr;
import io.dfs.common.message.Name;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Encoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The requests about extended attributes. Shared; each method is one request's. */
final class XattrOps {
  /**
   * The kernel asks for this one before a write, to take a file's capabilities away. That there is
   * none is believed for a second.
   */
  private static final Name CAPABILITY = Name.of("security.capability");

  private static final long BELIEF_NS = TimeUnit.SECONDS.toNanos(1);

  private static final int SLOTS = 1 << 12;

  private record Without(InodeId inode, long untilNs) {}

  private final Vfs vfs;
  private final Answers answers;
  private final AtomicReferenceArray<@Nullable Without> withoutCapability =
      new AtomicReferenceArray<>(SLOTS);

  XattrOps(Vfs vfs, Answers answers) {
    this.vfs = vfs;
    this.answers = answers;
  }

  void set(Exchange x, Body.Setxattr b) {
    if (b.value().length > SetXattr.MAX_VALUE_BYTES) {
      throw new FsException(Errno.ENOSPC, "a value of " + b.value().length + " bytes is too large");
    }
    withoutCapability.set(slot(x.inode()), null);
    int flags = b.flags() | (b.killSetGroup() ? SetXattr.KILL_SETGID : 0);
    answers.done(
        x, Answers.byNumber(vfs.setxattr(x.caller(), x.inode(), b.name(), b.value(), flags)));
  }

  void get(Exchange x, Body.Getxattr b) {
    if (!b.name().equals(CAPABILITY)) {
      answer(x, vfs.getxattr(x.caller(), x.inode(), b.name()), b.size());
      return;
    }
    InodeId inode = x.inode();
    Without without = withoutCapability.get(slot(inode));
    if (without != null && without.inode.equals(inode) && without.untilNs - System.nanoTime() > 0) {
      answers.fail(x, Errno.ENODATA);
      return;
    }
    CompletableFuture<byte[]> asked = vfs.getxattr(x.caller(), inode, CAPABILITY);
    answer(x, asked.whenComplete((value, failure) -> learn(inode, failure)), b.size());
  }

  private void learn(InodeId inode, @Nullable Throwable failure) {
    if (failure != null && FsException.of(failure).errno() == Errno.ENODATA) {
      long untilNs = System.nanoTime() + BELIEF_NS;
      withoutCapability.set(slot(inode), new Without(inode, untilNs));
    }
  }

  private static int slot(InodeId inode) {
    return (Long.hashCode(inode.value()) * 0x9E3779B9) >>> 20;
  }

  void list(Exchange x, Body.Listxattr b) {
    answer(x, vfs.listxattr(x.caller(), x.inode()).thenApply(XattrOps::joined), b.size());
  }

  /** Each name and a NUL after it. */
  private static byte[] joined(List<Name> names) {
    int length = 0;
    for (Name name : names) {
      length += name.length() + 1;
    }
    byte[] list = new byte[length];
    int at = 0;
    for (Name name : names) {
      System.arraycopy(name.bytes(), 0, list, at, name.length());
      at += name.length() + 1;
    }
    return list;
  }

  void remove(Exchange x, Body.Named b) {
    answers.done(x, vfs.removexattr(x.caller(), x.inode(), b.name()));
  }

  /** A size of 0 asks for the length. */
  private void answer(Exchange x, CompletableFuture<byte[]> value, int size) {
    answers.bytes(x, Answers.byNumber(value).thenApply(bytes -> sized(bytes, size)));
  }

  private static ByteBuf sized(byte[] value, int size) {
    if (size == 0) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
      Encoder.length(length, value.length);
      return Unpooled.wrappedBuffer(length.flip());
    }
    if (value.length > size) {
      throw new FsException(Errno.ERANGE, "the value has " + value.length + " bytes");
    }
    return Unpooled.wrappedBuffer(value);
  }
}
