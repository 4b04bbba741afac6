package io.dfs.fusemount.jnr;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation.SetXattr;
import io.dfs.common.message.Name;
import io.dfs.fusemount.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The callbacks for extended attributes. Shared; each method is one callback's body. */
final class XattrOps {
  /** The names of ACLs and the like begin so. Storing what nobody enforces would be a lie. */
  private static final byte[] SYSTEM = "system.".getBytes(StandardCharsets.US_ASCII);

  /**
   * The kernel asks for this one before every write, to take a file's capabilities away. That there
   * is none is believed for as long as attributes are.
   */
  private static final Name CAPABILITY = Name.of("security.capability");

  private static final int SLOTS = 1 << 12;

  private record Without(InodeId inode, long untilNs) {}

  private final Vfs vfs;
  private final Paths paths;
  private final long attrTimeoutNs;
  private final AtomicReferenceArray<@Nullable Without> withoutCapability =
      new AtomicReferenceArray<>(SLOTS);

  XattrOps(Vfs vfs, Paths paths, long attrTimeoutNs) {
    this.vfs = vfs;
    this.paths = paths;
    this.attrTimeoutNs = attrTimeoutNs;
  }

  int setxattr(long path, long name, long value, long size, int flags) {
    Caller caller = Worker.current().request().caller();
    Name attribute = name(name);
    if (size > SetXattr.MAX_VALUE_BYTES) {
      throw new FsException(Errno.ENOSPC, "a value of " + size + " bytes is too large");
    }
    byte[] bytes = Memory.bytes(value, (int) size);
    paths.onInode(
        caller,
        FsPath.at(path),
        inode -> {
          withoutCapability.set(slot(inode), null);
          return vfs.setxattr(caller, inode, attribute, bytes, flags);
        });
    return 0;
  }

  int getxattr(long path, long name, long buffer, long size) {
    Caller caller = Worker.current().request().caller();
    Name attribute = name(name);
    byte[] value =
        attribute.equals(CAPABILITY)
            ? paths.onInode(caller, FsPath.at(path), inode -> capability(caller, inode))
            : paths.onInode(
                caller, FsPath.at(path), inode -> vfs.getxattr(caller, inode, attribute));
    return answer(value, buffer, size);
  }

  private CompletableFuture<byte[]> capability(Caller caller, InodeId inode) {
    Without without = withoutCapability.get(slot(inode));
    if (without != null && without.inode.equals(inode) && without.untilNs - System.nanoTime() > 0) {
      return CompletableFuture.failedFuture(noCapability());
    }
    return vfs.getxattr(caller, inode, CAPABILITY)
        .whenComplete(
            (value, failure) -> {
              if (failure != null && FsException.of(failure).errno() == Errno.ENODATA) {
                withoutCapability.set(
                    slot(inode), new Without(inode, System.nanoTime() + attrTimeoutNs));
              }
            });
  }

  private static FsException noCapability() {
    return new FsException(Errno.ENODATA, "the file has no capabilities");
  }

  private static int slot(InodeId inode) {
    return (Long.hashCode(inode.value()) * 0x9E3779B9) >>> 20;
  }

  int listxattr(long path, long buffer, long size) {
    Caller caller = Worker.current().request().caller();
    List<Name> names =
        paths.onInode(caller, FsPath.at(path), inode -> vfs.listxattr(caller, inode));
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
    return answer(list, buffer, size);
  }

  int removexattr(long path, long name) {
    Caller caller = Worker.current().request().caller();
    Name attribute = name(name);
    paths.onInode(caller, FsPath.at(path), inode -> vfs.removexattr(caller, inode, attribute));
    return 0;
  }

  /** A size of 0 asks for the length. */
  private static int answer(byte[] value, long buffer, long size) {
    if (size == 0) {
      return value.length;
    }
    if (value.length > size) {
      throw new FsException(Errno.ERANGE, "the value has " + value.length + " bytes");
    }
    Memory.putBytes(buffer, value);
    return value.length;
  }

  private static Name name(long address) {
    byte[] bytes = Memory.string(address);
    if (bytes.length > SYSTEM.length
        && Arrays.equals(bytes, 0, SYSTEM.length, SYSTEM, 0, SYSTEM.length)) {
      throw new FsException(Errno.EOPNOTSUPP, "dfs has no attributes of the system");
    }
    return new Name(bytes);
  }
}
