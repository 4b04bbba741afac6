package io.dfs.client.api;

import io.dfs.client.ClientConfig;
import io.dfs.client.meta.PathResolver;
import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Entry;
import io.dfs.client.vfs.EntryAttr;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Event;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.ClusterStatus;
import io.dfs.common.message.Reply.Groups;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerWish;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's files by path. Shared by any number of threads; every call waits for its answer.
 * Paths are UTF-8; "." and ".." and symbolic links are understood; they begin at the root, or at
 * the directory of {@link #at} when they have no slash in front. Acts as the given caller, the
 * super-user unless told otherwise.
 */
public final class Dfs implements AutoCloseable {
  private static final int LIST_PAGE = 1000;
  private static final int LAYOUT_PAGE = 4096;

  private final DfsVfs vfs;
  private final Caller caller;
  private final boolean owned;
  private final String directory;

  private Dfs(DfsVfs vfs, Caller caller, boolean owned, String directory) {
    this.vfs = vfs;
    this.caller = caller;
    this.owned = owned;
    this.directory = directory;
  }

  /** An entry of a directory, a symbolic link itself when it is one. */
  public record Listed(String name, Attr attr) {}

  /** Connects to a cluster with the default settings. */
  public static Dfs open(String... nameservers) {
    return open(
        ClientConfig.of(Arrays.stream(nameservers).map(HostPort::parse).toArray(HostPort[]::new)));
  }

  public static Dfs open(ClientConfig config) {
    return open(config, "Java program");
  }

  /**
   * Connects to a cluster.
   *
   * @param description what runs here, for people who list sessions
   */
  public static Dfs open(ClientConfig config, String description) {
    return new Dfs(DfsVfs.open(config, description), Caller.ROOT, true, "/");
  }

  /** The files of a connection that is open already and stays open at {@link #close}. */
  public static Dfs of(DfsVfs vfs, Caller caller) {
    return new Dfs(vfs, caller, false, "/");
  }

  /**
   * The same files, with paths that begin at a directory unless they begin with a slash. Stays open
   * at {@link #close}.
   *
   * @param path of the directory, absolute
   */
  public Dfs at(String path) {
    return new Dfs(vfs, caller, false, path);
  }

  /** Where paths without a slash in front begin, absolute. */
  public String directory() {
    return directory;
  }

  /** The path with the directory of {@link #at} in front when it has no slash there. */
  public String absolute(String path) {
    return path.startsWith("/") || directory.equals("/") ? path : directory + "/" + path;
  }

  /** What this is built on. */
  public DfsVfs vfs() {
    return vfs;
  }

  public Caller caller() {
    return caller;
  }

  public InputStream newInputStream(String path) {
    return Channels.newInputStream(open(path, StandardOpenOption.READ));
  }

  /**
   * Writes a file, by default a new one or over what was there.
   *
   * @param options as for {@link java.nio.file.Files#newOutputStream}
   */
  public OutputStream newOutputStream(String path, OpenOption... options) {
    OpenOption[] all =
        options.length == 0
            ? new OpenOption[] {StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING}
            : options;
    OpenOption[] writing = Arrays.copyOf(all, all.length + 1);
    writing[all.length] = StandardOpenOption.WRITE;
    return Channels.newOutputStream(open(path, writing));
  }

  /** Opens a file; an existing one is read when no option says otherwise. */
  public SeekableByteChannel open(String path, OpenOption... options) {
    Set<OpenOption> all = Set.of(Arrays.stream(options).distinct().toArray(OpenOption[]::new));
    boolean append = all.contains(StandardOpenOption.APPEND);
    boolean write = append || all.contains(StandardOpenOption.WRITE);
    boolean read = !write || all.contains(StandardOpenOption.READ);
    boolean truncate = write && !append && all.contains(StandardOpenOption.TRUNCATE_EXISTING);
    OpenMode mode = new OpenMode(read, write, append, truncate);
    boolean exclusive = all.contains(StandardOpenOption.CREATE_NEW);
    Opened opened =
        write && (exclusive || all.contains(StandardOpenOption.CREATE))
            ? create(path, exclusive, mode)
            : await(vfs.open(caller, stat(path).inode(), mode));
    return new DfsChannel(vfs, opened, mode, all.contains(StandardOpenOption.SYNC));
  }

  private Opened create(String path, boolean exclusive, OpenMode mode) {
    List<Name> names = split(path);
    InodeId parent = await(vfs.paths().parent(caller, names));
    return await(vfs.create(caller, parent, last(names), 0644, exclusive, mode));
  }

  /** The entries of a directory without "." and "..", in no order. */
  public List<Listed> list(String path) {
    List<Listed> all = new ArrayList<>();
    list(path, all::add);
    return all;
  }

  /** {@link #list(String)} one by one, so that a directory of any size takes the same memory. */
  public void list(String path, Consumer<Listed> each) {
    long handle = await(vfs.opendir(caller, stat(path).inode())).handle();
    try {
      long cookie = 0;
      while (true) {
        List<EntryAttr> page = await(vfs.readdirPlus(handle, cookie, LIST_PAGE));
        if (page.isEmpty()) {
          return;
        }
        for (EntryAttr listed : page) {
          Entry entry = listed.entry();
          cookie = entry.cookie();
          Attr attr = entry.name().isDot() || entry.name().isDotDot() ? null : attrIfThere(listed);
          if (attr != null) {
            each.accept(new Listed(entry.name().toString(), attr));
          }
        }
      }
    } finally {
      await(vfs.release(handle));
    }
  }

  private @Nullable Attr attrIfThere(EntryAttr listed) {
    if (listed.attr() != null) {
      return listed.attr();
    }
    try {
      return await(vfs.getattr(listed.entry().inode()));
    } catch (FsException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      // Removed since it was listed.
      return null;
    }
  }

  /** The attributes of what {@code path} names, symbolic links followed. */
  public Attr stat(String path) {
    Attr attr = await(vfs.paths().resolve(caller, split(path), true, true));
    return await(vfs.getattr(attr.inode()));
  }

  /** As {@link #stat}, but of a symbolic link itself. */
  public Attr lstat(String path) {
    return await(vfs.resolve(caller, split(path), true));
  }

  public boolean exists(String path) {
    try {
      lstat(path);
      return true;
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return false;
      }
      throw e;
    }
  }

  public void mkdir(String path) {
    List<Name> names = split(path);
    InodeId parent = await(vfs.paths().parent(caller, names));
    await(vfs.mkdir(caller, parent, last(names), 0755));
  }

  /** Makes a directory and those above it that are missing. */
  public void mkdirs(String path) {
    List<Name> names = split(path);
    InodeId parent = InodeId.ROOT;
    for (int i = 1; i <= names.size(); i++) {
      Attr here;
      try {
        here = await(vfs.paths().resolve(caller, names.subList(0, i), true, true));
      } catch (FsException e) {
        if (e.errno() != Errno.ENOENT) {
          throw e;
        }
        here = makeOrFind(parent, names.subList(0, i));
      }
      if (!here.isDirectory()) {
        throw new FsException(Errno.ENOTDIR, "cannot make " + path + ": a part is no directory");
      }
      parent = here.inode();
    }
  }

  private Attr makeOrFind(InodeId parent, List<Name> names) {
    try {
      return await(vfs.mkdir(caller, parent, last(names), 0755));
    } catch (FsException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      return await(vfs.paths().resolve(caller, names, true, true));
    }
  }

  /** Atomic; replaces a file or an empty directory of the new name. */
  public void rename(String from, String to) {
    List<Name> old = split(from);
    List<Name> now = split(to);
    InodeId parent = await(vfs.paths().parent(caller, old));
    InodeId newParent = await(vfs.paths().parent(caller, now));
    await(vfs.rename(caller, parent, last(old), newParent, last(now), 0));
  }

  /** Deletes a file, a symbolic link or an empty directory. */
  public void delete(String path) {
    List<Name> names = split(path);
    InodeId parent = await(vfs.paths().parent(caller, names));
    if (lstat(path).isDirectory()) {
      await(vfs.rmdir(caller, parent, last(names)));
    } else {
      await(vfs.unlink(caller, parent, last(names)));
    }
  }

  public void symlink(String target, String path) {
    List<Name> names = split(path);
    InodeId parent = await(vfs.paths().parent(caller, names));
    await(vfs.symlink(caller, parent, last(names), target.getBytes(StandardCharsets.UTF_8)));
  }

  public String readlink(String path) {
    return new String(await(vfs.readlink(lstat(path).inode())), StandardCharsets.UTF_8);
  }

  public Attr setAttributes(String path, AttrChange change) {
    return await(vfs.setattr(caller, stat(path).inode(), change));
  }

  /** What is created in the directory from now on inherits; 0 leaves that part as it is. */
  public Attr setSettings(String directory, int chunkBytes, int replicas) {
    return setSettings(directory, chunkBytes, replicas, false);
  }

  /**
   * Likewise, and with {@code recursive} for all that exists below the directory: in the
   * background, by copying the bytes of files that are kept otherwise.
   */
  public Attr setSettings(String directory, int chunkBytes, int replicas, boolean recursive) {
    return await(vfs.setSettings(caller, stat(directory).inode(), chunkBytes, replicas, recursive));
  }

  /** Where the bytes of a file are: chunks, whose groups {@link #groups} resolves. */
  public List<Extent> layout(String path) {
    InodeId inode = stat(path).inode();
    List<Extent> all = new ArrayList<>();
    long offset = 0;
    while (offset >= 0) {
      Layout part = await(vfs.layout(inode, offset, LAYOUT_PAGE));
      all.addAll(part.extents());
      offset = part.nextOffset();
    }
    return all;
  }

  public Groups groups() {
    return await(vfs.groups());
  }

  public ClusterStatus status() {
    return await(vfs.status());
  }

  /** What happened after the event with number {@code after}, oldest first. */
  public List<Event> events(long after, int max) {
    return await(vfs.ask(new Query.GetEvents(after, max), Reply.Events.class)).events();
  }

  /**
   * Says what is wanted of a dataserver; ENOENT, EBUSY while it holds what no other does.
   *
   * @param forMs how long it may be away, for {@link ServerWish#MAINTAIN}
   * @param force removes a server that still counts as holding copies
   */
  public void setServer(NodeId server, ServerWish wish, long forMs, boolean force) {
    await(vfs.ask(new Query.SetServer(server, wish, forMs, force), Reply.Done.class));
  }

  /**
   * Pauses, resumes or limits the copying between dataservers.
   *
   * @param balance balancing, else repair
   * @param paused null leaves it
   * @param bytesPerSecond for each receiving server; 0 for what the configuration says, null leaves
   *     it
   */
  public void setWork(boolean balance, @Nullable Boolean paused, @Nullable Long bytesPerSecond) {
    await(vfs.ask(new Query.SetWork(balance, paused, bytesPerSecond), Reply.Done.class));
  }

  public List<ServerInfo> servers() {
    return groups().servers();
  }

  private List<Name> split(String path) {
    return PathResolver.split(absolute(path).getBytes(StandardCharsets.UTF_8));
  }

  private static Name last(List<Name> names) {
    return names.get(names.size() - 1);
  }

  /** The result, or the failure as it is. */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw FsException.of(e);
    }
  }

  /**
   * Flushes and disconnects.
   *
   * @throws FsException when something written could not be stored
   */
  @Override
  public void close() {
    if (owned) {
      vfs.close();
    }
  }
}
