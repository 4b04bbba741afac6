package io.dfs.fusemount.jnr;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.memory.Memory;
import io.dfs.fusemount.mount.PathEncoding;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Vfs} mounted through libfuse 2. Shared.
 *
 * <p>A request: the kernel writes it into a {@link Worker}'s memory; libfuse turns node numbers
 * into a path and calls back by {@link OperationTable}; {@link TreeOps}, {@link FileOps}, {@link
 * DirectoryOps}, {@link XattrOps} or {@link LockOps} finds the inode by {@link Paths}, starts the
 * operation of the Vfs and waits for it by {@link Calls}.
 */
public final class JnrEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(JnrEngine.class);

  /** The most that libfuse 2 takes in one request. */
  private static final int MAX_REQUEST_BYTES = 128 * 1024;

  private static final int MAX_READAHEAD_BYTES = 4 * 1024 * 1024;

  private final LibFuse fuse;
  private final long handle;
  private final long mountPointOut;
  private final Workers workers;

  /** libfuse calls into it until the teardown. */
  private final OperationTable table;

  private final Runnable releaseAll;

  private JnrEngine(
      LibFuse fuse,
      long handle,
      long mountPointOut,
      Workers workers,
      OperationTable table,
      Runnable releaseAll) {
    this.fuse = fuse;
    this.handle = handle;
    this.mountPointOut = mountPointOut;
    this.workers = workers;
    this.table = table;
    this.releaseAll = releaseAll;
  }

  /**
   * Mounts and serves. The mount point exists and has been checked.
   *
   * @throws FsException ENOSYS without libfuse 2; EIO when it cannot mount, having said why on
   *     standard error
   */
  public static JnrEngine mount(Vfs vfs, Path mountPoint, EngineOptions options) {
    LibFuse fuse;
    try {
      fuse = LibFuse.load();
    } catch (UnsatisfiedLinkError e) {
      throw new FsException(
          Errno.ENOSYS, "libfuse.so.2 is missing: install it (apt-get install fuse libfuse2)", e);
    }
    Channel channel = new Channel(fuse);
    Calls calls = new Calls(fuse, options.operationDeadline());
    OpenFiles files = new OpenFiles();
    OperationTable table = operations(vfs, calls, files, channel, options);
    long mountPointOut = Memory.allocate(2L * Long.BYTES);
    try (Arguments arguments = new Arguments(arguments(mountPoint, options))) {
      long handle =
          fuse.fuse_setup(
              arguments.count(),
              arguments.address(),
              table.address(),
              table.bytes(),
              mountPointOut,
              mountPointOut + Long.BYTES,
              0);
      if (handle == 0) {
        throw new FsException(Errno.EIO, "libfuse cannot mount at " + mountPoint);
      }
      long session = fuse.fuse_get_session(handle);
      channel.address = fuse.fuse_session_next_chan(session, 0);
      Workers workers = new Workers(fuse, session);
      workers.start();
      return new JnrEngine(
          fuse, handle, mountPointOut, workers, table, () -> release(vfs, calls, files));
    }
  }

  /** The kernel's end of the session, for telling it something unasked. */
  private static final class Channel {
    private final LibFuse fuse;
    private volatile long address;

    Channel(LibFuse fuse) {
      this.fuse = fuse;
    }

    /** An offset before the file: the attributes go, the pages are the open's business. */
    void dropAttributes(long node) {
      drop(node, -1);
    }

    void dropPages(long node) {
      drop(node, 0);
    }

    private void drop(long node, long offset) {
      int result = fuse.fuse_lowlevel_notify_inval_inode(address, node, offset, 0);
      if (result != 0 && result != -Errno.ENOENT.code()) {
        LOG.debug("the kernel keeps the attributes of node {}: error {}", node, -result);
      }
    }
  }

  private static OperationTable operations(
      Vfs vfs, Calls calls, OpenFiles files, Channel channel, EngineOptions options) {
    HiddenFiles hidden = new HiddenFiles();
    KernelPages pages = new KernelPages();
    Paths paths = new Paths(vfs, calls, hidden, timeout(options.entryTimeout()).toNanos());
    LockOps locks = new LockOps(vfs, calls, files, pages, channel::dropPages);
    return new OperationTable(
        calls,
        new TreeOps(vfs, calls, paths, hidden, pages, new LinkedNodes(channel::dropAttributes)),
        new FileOps(
            vfs, calls, paths, files, pages, locks, channel::dropAttributes, options.directIo()),
        new DirectoryOps(vfs, calls, paths),
        new XattrOps(vfs, paths, timeout(options.attrTimeout()).toNanos()),
        locks);
  }

  private static void release(Vfs vfs, Calls calls, OpenFiles files) {
    for (OpenFiles.OpenFile file : files.removeAll()) {
      calls.run(
          () -> {
            calls.await(vfs.release(file.handle));
            return 0;
          });
    }
  }

  private static List<String> arguments(Path mountPoint, EngineOptions options) {
    List<String> mount = new ArrayList<>();
    mount.add("fsname=" + options.source().replace("\\", "\\\\").replace(",", "\\,"));
    mount.add("subtype=dfs");
    mount.add("default_permissions");
    if (options.allowOther()) {
      mount.add("allow_other");
    }
    mount.add("use_ino");
    mount.add("big_writes");
    mount.add("atomic_o_trunc");
    mount.add("async_read");
    mount.add("max_read=" + MAX_REQUEST_BYTES);
    mount.add("max_write=" + MAX_REQUEST_BYTES);
    mount.add("max_readahead=" + MAX_READAHEAD_BYTES);
    mount.add("entry_timeout=" + seconds(timeout(options.entryTimeout())));
    mount.add("attr_timeout=" + seconds(timeout(options.attrTimeout())));
    mount.add("negative_timeout=0");
    mount.addAll(options.kernelFlags());
    return List.of("dfs", mountPoint.toString(), "-f", "-o", String.join(",", mount));
  }

  private static Duration timeout(Optional<Duration> said) {
    return said.orElse(EngineOptions.BLIND_TIMEOUT);
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e9);
  }

  /** A C argument vector. */
  private static final class Arguments implements AutoCloseable {
    private final List<Long> strings = new ArrayList<>();
    private final long vector;

    Arguments(List<String> arguments) {
      Charset charset = PathEncoding.charset();
      vector = Memory.allocate((arguments.size() + 1L) * Long.BYTES);
      for (int i = 0; i < arguments.size(); i++) {
        byte[] bytes = arguments.get(i).getBytes(charset);
        long string = Memory.allocate(bytes.length + 1L);
        Memory.putString(string, bytes);
        strings.add(string);
        Memory.putLong(vector + (long) i * Long.BYTES, string);
      }
    }

    int count() {
      return strings.size();
    }

    long address() {
      return vector;
    }

    @Override
    public void close() {
      strings.forEach(Memory::free);
      Memory.free(vector);
    }
  }

  @Override
  public void awaitUnmount() throws InterruptedException {
    workers.awaitEnd();
    fuse.fuse_teardown(handle, Memory.getLong(mountPointOut));
    Memory.free(mountPointOut);
    releaseAll.run();
    LOG.debug("libfuse has ended, its callbacks were at {}", table.address());
  }
}
