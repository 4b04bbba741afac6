package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.engine.KernelPages;
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
import java.util.List;
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

  private final List<Channel> channels;
  private final Workers workers;
  private final Runnable releaseAll;

  private LinuxEngine(List<Channel> channels, Workers workers, Runnable releaseAll) {
    this.channels = channels;
    this.workers = workers;
    this.releaseAll = releaseAll;
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
    Answers answers = new Answers(options.operationDeadline());
    Names names = new Names(vfs.root());
    OpenFiles open = new OpenFiles();
    KernelPages pages = new KernelPages();
    Trust trust = new Trust(vfs, options);
    LockOps locks = new LockOps(vfs, answers, open, pages);
    FileOps files =
        new FileOps(vfs, answers, names, open, pages, locks, trust, options.directIo(), agreed);
    DirectoryOps directories = new DirectoryOps(vfs, answers, names, trust);
    Dispatcher dispatcher =
        new Dispatcher(
            answers,
            new TreeOps(vfs, answers, names, pages, trust),
            files,
            new RangeOps(vfs, answers, open, pages),
            directories,
            new XattrOps(vfs, answers),
            locks,
            agreed);
    Notifier notifier = new Notifier(first, vfs.root(), pages, trust);
    notifier.start();
    vfs.listen(notifier);
    Workers workers = new Workers(channels, buffers, dispatcher, vfs.root(), trust);
    workers.start();
    return new LinuxEngine(
        channels,
        workers,
        () -> {
          notifier.end();
          answers.pending().end();
          files.releaseAll();
          directories.releaseAll();
        });
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
    releaseAll.run();
    channels.forEach(Channel::close);
  }
}
