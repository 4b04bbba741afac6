package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs.Invalidations;
import io.dfs.common.error.Errno;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.linux.channel.Channel;
import io.dfs.fusemount.linux.wire.Encoder;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the kernel what it must forget. Shared.
 *
 * <p>Names and inodes go by a {@link Lane} each. When more notices wait than a lane takes, all
 * names are given up at once, and with them attributes are asked for anew; that is rare enough to
 * be slow.
 *
 * <p>The kernel forgets a name under the lock of its directory, which it also holds for every
 * change that a program makes there. When two mounts change the same directory, each one's change
 * waits for the other to forget, under that lock. Then all names are given up, which takes no lock:
 * the kernel asks for each anew when it is used.
 */
final class Notifier implements Invalidations {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  /** What the kernel can forget it has forgotten within this time. */
  private static final int LOCKED_MS = 10;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private record Entry(InodeId parent, Name name) {}

  private final Channel channel;
  private final InodeId root;
  private final KernelPages pages;
  private final Trust trust;
  private final Lane<InodeId> inodes;
  private final Lane<Entry> names;

  Notifier(Channel channel, InodeId root, KernelPages pages, Trust trust) {
    this.channel = channel;
    this.root = root;
    this.pages = pages;
    this.trust = trust;
    this.inodes =
        new Lane<>(
            "fuse-notify",
            (inode, data) ->
                tell(out -> Encoder.invalidateInode(out, node(inode), data ? 0 : -1, 0)),
            this::forgetNames);
    this.names =
        new Lane<>(
            "fuse-notify-names",
            (entry, data) ->
                tell(
                    out ->
                        Encoder.invalidateEntry(out, node(entry.parent()), entry.name().bytes())),
            this::forgetNames);
  }

  void start() {
    inodes.start();
    names.start();
  }

  void end() {
    inodes.end();
    names.end();
  }

  @Override
  public void inode(InodeId inode, boolean data) {
    trust.recalled();
    if (data) {
      pages.written(node(inode));
    }
    inodes.add(inode, data);
  }

  @Override
  public void entry(InodeId parent, Name name, InodeId child) {
    trust.recalled();
    names.add(new Entry(parent, name), false);
  }

  @Override
  public CompletableFuture<Void> settled() {
    return CompletableFuture.allOf(inodes.settled(), namesSettled(names.settled()));
  }

  private CompletableFuture<Void> namesSettled(CompletableFuture<Void> told) {
    if (told.isDone()) {
      return DONE;
    }
    return told.thenApply(done -> true)
        .completeOnTimeout(false, LOCKED_MS, TimeUnit.MILLISECONDS)
        .thenCompose(done -> done || forgetNames() ? DONE : told);
  }

  /** All of them; false on a kernel before 6.16, which cannot. */
  private boolean forgetNames() {
    return tell(Encoder::forgetNames) == 0;
  }

  /** ENOENT: the kernel does not know it, or no longer. */
  private int tell(Consumer<ByteBuffer> message) {
    int errno = channel.notify(message);
    if (errno != 0 && errno != Errno.ENOENT.code()) {
      LOG.debug("the kernel did not take a notice: error {}", errno);
    }
    return errno;
  }

  private long node(InodeId inode) {
    return inode.equals(root) ? Exchange.ROOT_NODE : inode.value();
  }
}
