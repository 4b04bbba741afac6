package io.dfs.fusemount.server;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Message;
import io.dfs.common.message.MessageCodec;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.net.WaitingThreads;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks the ways through the client that programs' requests will take, so that the virtual machine
 * has compiled them when the first programs come: without it the first ten thousand requests of a
 * new mount take several times as long. Only looks, changes nothing, and ends by itself soon.
 */
final class WarmUp extends Thread {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

  /**
   * Past the thresholds of the optimizing compiler; the nameserver spends a tenth of a second on
   * it.
   */
  private static final int ROUNDS = 3000;

  private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);
  private static final int ROUNDS_PER_LISTING = 20;
  private static final Name MISSING = Name.of(".dfs-warm-up");
  private static final Name ATTRIBUTE = Name.of("user.dfs-warm-up");

  /** For one round. */
  private static final long ROUND_MS = 10_000;

  private final Vfs vfs;
  private volatile boolean ending;

  WarmUp(Vfs vfs) {
    super("warm-up");
    this.vfs = vfs;
    setDaemon(true);
  }

  @Override
  public void run() {
    WaitingThreads.enter();
    long end = System.nanoTime() + LIMIT_NANOS;
    try {
      Attr root = vfs.getattr(vfs.root()).join();
      List<Message> messages = messages(root);
      for (int i = 0; i < ROUNDS && !ending && System.nanoTime() - end < 0; i++) {
        ask();
        messages.forEach(WarmUp::encodeAndDecode);
        if (i % ROUNDS_PER_LISTING == 0) {
          list();
        }
      }
    } catch (CompletionException | FsException e) {
      LOG.debug("warming up ended early", e);
    }
  }

  /** Returns when it uses the client no more. */
  void end() throws InterruptedException {
    ending = true;
    join(ROUND_MS);
  }

  /** A question and a change that no cache answers, of something that is not there. */
  private void ask() {
    await(vfs.getxattr(Caller.ROOT, vfs.root(), ATTRIBUTE));
    await(vfs.unlink(Caller.ROOT, vfs.root(), MISSING));
  }

  private static void await(CompletableFuture<?> answer) {
    answer.handle((done, failure) -> null).join();
  }

  private void list() {
    long handle = vfs.opendir(Caller.ROOT, vfs.root()).join().handle();
    vfs.readdir(handle, 0, 10).join();
    vfs.release(handle).join();
  }

  /** Those of making, writing and reading a file. */
  private static List<Message> messages(Attr attr) {
    RequestId request = new RequestId(new SessionId(1), 1, 1);
    Layout layout = new Layout(1, List.of(new Extent(0, 4096, new ChunkId(1), 0)), -1);
    return List.of(
        new Mutation.Create(request, Caller.ROOT, attr.inode(), MISSING, 0644, true, true),
        new Mutation.Commit(
            request, attr.inode(), layout.extents(), attr.mtime(), List.of(), false, false),
        new Mutation.Unlink(request, Caller.ROOT, attr.inode(), MISSING),
        new Reply.Opened(attr, layout, true),
        new Reply.Node(attr));
  }

  private static void encodeAndDecode(Message message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    MessageCodec.write(message, out);
    MessageCodec.read(MessageCodec.code(message), new ByteArrayInputStream(out.toByteArray()));
  }
}
