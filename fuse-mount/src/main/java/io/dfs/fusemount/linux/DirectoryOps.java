package io.dfs.fusemount.linux;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.vfs.Entry;
import io.dfs.client.vfs.EntryAttr;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.net.NetThreads;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Encoder;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests about open directories. Shared.
 *
 * <p>The kernel asks for some pages of entries at a time and the offset of an entry is its cookie,
 * so a directory of any size takes the memory of one batch.
 */
final class DirectoryOps {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryOps.class);

  /** Enough to make the question to the nameserver cheap for each. */
  private static final int BATCH = 1024;

  /** The entries that were fetched last. */
  private static final class OpenDirectory {
    final InodeId inode;

    @GuardedBy("this")
    private List<EntryAttr> batch = List.of();

    /** How many of the batch were told, and the cookie of the last of them. */
    @GuardedBy("this")
    private int told;

    @GuardedBy("this")
    private long cookie;

    /** The {@link Trust#count} when the batch was asked for. */
    private volatile long recalls;

    OpenDirectory(InodeId inode) {
      this.inode = inode;
    }

    /** What is left of the batch after {@code offset}; null when it has to be fetched. */
    synchronized @Nullable List<EntryAttr> after(long offset) {
      // A listing that begins anew sees the directory as it is now.
      if (offset == 0 || offset != cookie || told == batch.size()) {
        return null;
      }
      return batch.subList(told, batch.size());
    }

    synchronized void fetched(long offset, List<EntryAttr> entries, long asOf) {
      recalls = asOf;
      batch = entries;
      told = 0;
      cookie = offset;
    }

    synchronized void told(List<EntryAttr> from, int count) {
      if (count > 0) {
        told += count;
        cookie = from.get(count - 1).entry().cookie();
      }
    }
  }

  private final Vfs vfs;
  private final Answers answers;
  private final Names names;
  private final Trust trust;
  private final Map<Long, OpenDirectory> directories = new ConcurrentHashMap<>();

  DirectoryOps(Vfs vfs, Answers answers, Names names, Trust trust) {
    this.vfs = vfs;
    this.answers = answers;
    this.names = names;
    this.trust = trust;
  }

  void opendir(Exchange x) {
    answers.write(
        x,
        Answers.byNumber(vfs.opendir(x.caller(), x.inode())),
        (opened, out) -> {
          directories.put(opened.handle(), new OpenDirectory(x.inode()));
          Encoder.opened(out, opened.handle(), 0);
        },
        opened -> {
          directories.remove(opened.handle());
          answers.pending().afterwards(vfs.release(opened.handle()));
        });
  }

  /**
   * @param plus with attributes, so that the kernel need not look each entry up
   */
  void readdir(Exchange x, Body.Read b, boolean plus) {
    OpenDirectory directory = get(b.handle());
    List<EntryAttr> left = directory.after(b.offset());
    CompletableFuture<List<EntryAttr>> entries =
        left != null
            ? CompletableFuture.completedFuture(left)
            : list(b, plus)
                .whenComplete(
                    (fetched, failure) -> {
                      if (fetched != null) {
                        directory.fetched(b.offset(), fetched, x.recalls());
                      }
                    });
    answers.bytes(x, entries.thenApply(list -> page(directory, list, b.size(), plus)));
  }

  private CompletableFuture<List<EntryAttr>> list(Body.Read b, boolean plus) {
    return plus
        ? vfs.readdirPlus(b.handle(), b.offset(), BATCH)
        : vfs.readdir(b.handle(), b.offset(), BATCH).thenApply(DirectoryOps::withoutAttributes);
  }

  private static List<EntryAttr> withoutAttributes(List<Entry> entries) {
    List<EntryAttr> all = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      all.add(new EntryAttr(entry, null));
    }
    return all;
  }

  private OpenDirectory get(long handle) {
    OpenDirectory directory = directories.get(handle);
    if (directory == null) {
      throw new FsException(Errno.EBADF, "no such open directory: " + handle);
    }
    return directory;
  }

  /** As many entries as fit; the receiver releases it. */
  private ByteBuf page(OpenDirectory directory, List<EntryAttr> entries, int size, boolean plus) {
    int room = Math.min(size, longest(entries, plus));
    ByteBuf page = NetThreads.allocator().directBuffer(Math.max(room, 1), Math.max(room, 1));
    ByteBuffer out = page.nioBuffer(0, room).order(ByteOrder.nativeOrder());
    int told = 0;
    for (EntryAttr each : entries) {
      Entry entry = each.entry();
      byte[] name = entry.name().bytes();
      int bytes = Encoder.direntBytes(name.length) + (plus ? Encoder.ENTRY_BYTES : 0);
      if (bytes > out.remaining()) {
        break;
      }
      if (plus) {
        putAttributes(directory, each, out);
      }
      Encoder.dirent(out, entry.inode().value(), entry.cookie(), entry.type(), name);
      told++;
    }
    directory.told(entries, told);
    return page.writerIndex(out.position());
  }

  private static int longest(List<EntryAttr> entries, boolean plus) {
    long bytes = 0;
    for (EntryAttr each : entries) {
      bytes += Encoder.direntBytes(each.entry().name().length()) + (plus ? Encoder.ENTRY_BYTES : 0);
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  /** What was listed some pages ago may have been taken back meanwhile. */
  private void putAttributes(OpenDirectory directory, EntryAttr entry, ByteBuffer out) {
    Attr attr = entry.attr();
    if (attr == null) {
      Encoder.unknownEntry(out);
    } else {
      names.told(attr.inode().value(), directory.inode, entry.entry().name());
      long recalls = directory.recalls;
      Encoder.entry(out, attr, trust.entryMs(recalls), trust.attrMs(recalls));
    }
  }

  void fsyncdir(Exchange x, Body.Fsync b) {
    get(b.handle());
    answers.done(x, vfs.fsyncdir(b.handle()));
  }

  void releasedir(Exchange x, Body.Release b) {
    if (directories.remove(b.handle()) == null) {
      answers.done(x);
    } else {
      answers.done(x, vfs.release(b.handle()));
    }
  }

  /** What is open, by handle. */
  Map<Long, InodeId> all() {
    Map<Long, InodeId> all = new HashMap<>();
    directories.forEach((handle, directory) -> all.put(handle, directory.inode));
    return all;
  }

  /** A directory that was opened in another process: its entries are fetched anew. */
  void takeOver(long handle, InodeId inode) {
    directories.put(handle, new OpenDirectory(inode));
  }

  void releaseAll() {
    for (Long handle : List.copyOf(directories.keySet())) {
      directories.remove(handle);
      vfs.release(handle)
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  LOG.debug("a directory was open at the end", failure);
                }
              });
    }
  }
}
