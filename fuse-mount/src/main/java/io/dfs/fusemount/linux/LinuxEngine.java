package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.linux.Pending.Withheld;
import io.dfs.fusemount.linux.channel.Buffers;
import io.dfs.fusemount.linux.channel.Channel;
import io.dfs.fusemount.linux.channel.Device;
import io.dfs.fusemount.linux.channel.RequestBuffer;
import io.dfs.fusemount.linux.mount.FuseMount;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Decoder;
import io.dfs.fusemount.linux.wire.Encoder;
import io.dfs.fusemount.linux.wire.Header;
import io.dfs.fusemount.linux.wire.InitFlags;
import io.dfs.fusemount.linux.wire.Negotiation;
import io.dfs.fusemount.linux.wire.Opcode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Vfs} mounted by the kernel's own protocol. Shared.
 *
 * <p>A request: a thread of {@link Workers} receives it in memory of {@link Buffers}; {@link
 * Dispatcher} finds the method, which starts the operation of the Vfs and hands its future to
 * {@link Answers}; whoever completes the future writes the answer to the {@link Channel} that the
 * request came from.
 *
 * <p>The root of the mount is node 1 to the kernel, whatever inode it is.
 */
public final class LinuxEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxEngine.class);

  /** A write of the largest size and what stands before its data, in whole pages. */
  private static final int REQUEST_BYTES = Negotiation.MAX_REQUEST_BYTES + 4096;

  /** More do not pay: what they keep apart is short. */
  private static final int MAX_CHANNELS = 4;

  /** How long requests may take before others are let in, which they may wait for. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int BREATH_MS = 20;

  private final Vfs vfs;
  private final List<Channel> channels;
  private final Served served;
  private final Workers workers;

  /** What another process may answer; empty while this one serves. */
  private volatile List<Withheld> withheld = List.of();

  private LinuxEngine(
      Vfs vfs,
      List<Channel> channels,
      Buffers buffers,
      Negotiation agreed,
      InodeId root,
      EngineOptions options) {
    this.vfs = vfs;
    this.channels = channels;
    served = new Served(vfs, root, channels.get(0), agreed, options);
    workers = new Workers(channels, buffers, served.dispatcher, root, served.trust);
  }

  /**
   * Mounts and serves. The mount point exists and has been checked.
   *
   * @throws FsException with the reason why not
   */
  public static LinuxEngine mount(Vfs vfs, Path mountPoint, EngineOptions options) {
    Channel first = new Channel(FuseMount.mount(mountPoint, options));
    Buffers buffers = new Buffers(REQUEST_BYTES);
    Negotiation agreed = negotiate(first, buffers, options);
    LOG.debug("FUSE 7.{}, flags {}", agreed.minor(), Long.toHexString(agreed.flags()));
    int count = Math.min(MAX_CHANNELS, Runtime.getRuntime().availableProcessors());
    List<Channel> channels = Device.channels(first, count);
    LinuxEngine engine = new LinuxEngine(vfs, channels, buffers, agreed, vfs.root(), options);
    engine.start();
    return engine;
  }

  /**
   * An engine that will {@link #serve} what another process does now.
   *
   * @param descriptors of the other's channels, in its order
   */
  public static LinuxEngine takeOver(
      Vfs vfs, EngineState state, int[] descriptors, EngineOptions options) {
    List<Channel> channels = Arrays.stream(descriptors).mapToObj(Channel::new).toList();
    for (EngineState.LockWait wait : state.lockWaits()) {
      if (wait.channel() < 0 || wait.channel() >= channels.size()) {
        throw new FsException(Errno.EPROTO, "a request of the channel " + wait.channel());
      }
    }
    Buffers buffers = new Buffers(REQUEST_BYTES);
    LinuxEngine engine =
        new LinuxEngine(vfs, channels, buffers, state.agreed(), state.root(), options);
    engine.served.takeOver(state);
    return engine;
  }

  /** After {@link #takeOver}: the other process serves no more. */
  public void serve(EngineState state) {
    start();
    // On a thread that may come to wait.
    Thread thread = new Thread(() -> served.waitAgain(state, channels), "fuse-waits");
    thread.setDaemon(true);
    thread.start();
  }

  private void start() {
    served.listen(vfs);
    workers.start();
  }

  @Override
  public boolean canBeTakenOver() {
    return true;
  }

  /**
   * Takes no further request, and returns when none is under way but waiting for locks. What is
   * under way may wait for requests that the kernel has not handed out yet (it locks pages): those
   * are let in from time to time.
   *
   * @throws FsException ETIMEDOUT when that is not so within {@code limit}; then this goes on
   */
  public void hold(Duration limit) throws InterruptedException {
    long endNanos = System.nanoTime() + limit.toNanos();
    boolean held = false;
    try {
      while (!held && System.nanoTime() - endNanos < 0) {
        held = drained(Math.min(endNanos - System.nanoTime(), DRAIN_NANOS));
        if (!held) {
          workers.goOn();
          TimeUnit.MILLISECONDS.sleep(BREATH_MS);
        }
      }
    } finally {
      if (!held) {
        workers.goOn();
      }
    }
    if (!held) {
      throw new FsException(
          Errno.ETIMEDOUT,
          "requests of programs do not come to an end; see whether all servers run (dfs servers)");
    }
  }

  private boolean drained(long nanos) throws InterruptedException {
    long endNanos = System.nanoTime() + nanos;
    if (!workers.hold(endNanos)) {
      return false;
    }
    while (!served.answers.pending().isQuiet()) {
      if (System.nanoTime() - endNanos > 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
    return true;
  }

  /**
   * After {@link #hold} and that of the Vfs: what the other process needs, with the descriptors.
   */
  public EngineState state() {
    withheld = served.answers.pending().withhold();
    return served.state(channels, withheld);
  }

  /** As {@link #takeOver} takes them. */
  public int[] descriptors() {
    return channels.stream().mapToInt(Channel::descriptor).toArray();
  }

  /** Nobody has taken over after {@link #hold}. */
  public void goOn() {
    List<Withheld> again = withheld;
    withheld = List.of();
    served.answers.answerAgain(again);
    workers.goOn();
  }

  /** Completes when the kernel was told all that it is to forget. */
  public CompletableFuture<Void> told() {
    return served.told();
  }

  /** The first request of a connection. */
  private static Negotiation negotiate(Channel channel, Buffers buffers, EngineOptions options) {
    RequestBuffer buffer = buffers.take();
    try {
      int length;
      do {
        length = channel.receive(buffer);
      } while (length == -Errno.EINTR.code());
      if (length < 0) {
        throw new FsException(Errno.EIO, "the kernel does not begin: error " + -length);
      }
      Header header = Decoder.header(buffer.request());
      if (header.opcode() != Opcode.INIT) {
        throw new FsException(Errno.EPROTO, "the kernel begins with " + header.opcode());
      }
      Body.Init kernel = (Body.Init) Decoder.body(header, buffer.request(), false);
      long wanted = options.writeback() ? InitFlags.WRITEBACK_CACHE : 0;
      Negotiation agreed;
      try {
        agreed = Negotiation.with(kernel, wanted);
      } catch (FsException e) {
        channel.answer(header.unique(), e.errno().code());
        throw e;
      }
      channel.answer(header.unique(), out -> Encoder.init(out, agreed));
      return agreed;
    } catch (FsException e) {
      channel.close();
      throw e;
    } finally {
      buffer.giveBack();
    }
  }

  @Override
  public void awaitUnmount() throws InterruptedException {
    workers.awaitEnd();
    served.end();
    channels.forEach(Channel::close);
  }
}
