package io.dfs.fusemount.linux;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.vfs.Vfs.Invalidations;
import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.linux.channel.Channel;
import io.dfs.fusemount.linux.wire.Encoder;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the kernel what it must forget. Shared.
 *
 * <p>On a thread of its own: the kernel may wait there for a request on the same page or directory,
 * which the threads that serve requests must then be free to answer. Notices of the same thing are
 * told once, and when more than {@link #MAX} wait, all names are given up at once, and of each
 * inode that is named attributes and pages; that is rare enough to be slow.
 */
final class Notifier implements Invalidations, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  /** As many as a client that loses its lease may have to take back; some 20 MiB. */
  private static final int MAX = 200_000;

  /** {@code name} is null for what concerns the inode itself. */
  private record Notice(InodeId inode, @Nullable Name name) {}

  private final Channel channel;
  private final InodeId root;
  private final KernelPages pages;
  private final Trust trust;

  /** What is to be told, and whether the data has changed; in the order of arrival. */
  @GuardedBy("this")
  private Map<Notice, Boolean> waiting = new LinkedHashMap<>();

  /** Completes when what is waiting has been told. */
  @GuardedBy("this")
  private CompletableFuture<Void> told = new CompletableFuture<>();

  /** The same of what was taken from there last. */
  @GuardedBy("this")
  private CompletableFuture<Void> telling = CompletableFuture.completedFuture(null);

  @GuardedBy("this")
  private boolean overflowed;

  @GuardedBy("this")
  private boolean idle = true;

  private volatile boolean ended;

  Notifier(Channel channel, InodeId root, KernelPages pages, Trust trust) {
    this.channel = channel;
    this.root = root;
    this.pages = pages;
    this.trust = trust;
  }

  void start() {
    Thread thread = new Thread(this, "fuse-notify");
    thread.setDaemon(true);
    thread.start();
  }

  void end() {
    ended = true;
    synchronized (this) {
      notifyAll();
    }
  }

  @Override
  public void inode(InodeId inode, boolean data) {
    trust.recalled();
    if (data) {
      pages.written(node(inode));
    }
    add(new Notice(inode, null), data);
  }

  @Override
  public void entry(InodeId parent, Name name, InodeId child) {
    trust.recalled();
    add(new Notice(parent, name), false);
  }

  private synchronized void add(Notice notice, boolean data) {
    if (waiting.size() >= MAX && !waiting.containsKey(notice)) {
      overflowed = true;
      return;
    }
    waiting.merge(notice, data, Boolean::logicalOr);
    if (idle) {
      idle = false;
      notifyAll();
    }
  }

  @Override
  public synchronized CompletableFuture<Void> settled() {
    return (waiting.isEmpty() ? telling : told).copy();
  }

  @Override
  public void run() {
    while (!ended) {
      Map<Notice, Boolean> batch;
      CompletableFuture<Void> done;
      boolean all;
      synchronized (this) {
        if (waiting.isEmpty()) {
          idle = true;
          try {
            wait();
          } catch (InterruptedException e) {
            return;
          }
          continue;
        }
        batch = waiting;
        waiting = new LinkedHashMap<>();
        done = told;
        telling = done;
        told = new CompletableFuture<>();
        all = overflowed;
        overflowed = false;
      }
      batch.forEach(this::tell);
      if (all) {
        tell(Encoder::forgetNames);
      }
      done.complete(null);
    }
  }

  private void tell(Notice notice, boolean data) {
    Name name = notice.name();
    long node = node(notice.inode());
    if (name != null) {
      tell(out -> Encoder.invalidateEntry(out, node, name.bytes()));
    } else {
      tell(out -> Encoder.invalidateInode(out, node, data ? 0 : -1, 0));
    }
  }

  /** ENOENT: the kernel does not know it, or no longer. */
  private void tell(Consumer<ByteBuffer> message) {
    int errno = channel.notify(message);
    if (errno != 0 && errno != Errno.ENOENT.code()) {
      LOG.debug("the kernel did not take a notice: error {}", errno);
    }
  }

  private long node(InodeId inode) {
    return inode.equals(root) ? Exchange.ROOT_NODE : inode.value();
  }
}
