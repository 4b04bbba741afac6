package io.dfs.client.vfs;

import io.dfs.client.ClientConfig;
import io.dfs.client.cache.BlockCache;
import io.dfs.client.cache.DiskTier;
import io.dfs.client.chunk.Dataservers;
import io.dfs.client.chunk.GroupTable;
import io.dfs.client.meta.Locks;
import io.dfs.client.meta.MetaCache;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.meta.Namespace;
import io.dfs.client.meta.PathResolver;
import io.dfs.client.meta.Releases;
import io.dfs.client.meta.WriteLeases;
import io.dfs.client.read.HoleFinder;
import io.dfs.client.read.Reader;
import io.dfs.client.session.OpenInodes;
import io.dfs.client.write.Writing;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.SessionOpened;
import io.dfs.common.message.Stale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rooms of one client, joined; their start, upkeep and end. Shared. */
final class Rooms {
  private static final Logger log = LoggerFactory.getLogger(Rooms.class);

  /**
   * A group that shall change its members waits until nobody writes to its chunks, so this is part
   * of the time that repair takes. When nothing has changed, an exchange takes 50 bytes.
   */
  private static final int GROUPS_EVERY_S = 2;

  /** For the nameserver to take note that a session is over. */
  private static final int END_MS = 2000;

  private final ClientConfig config;
  private final Network network;
  private final ScheduledExecutorService timer = newTimer();
  private final GroupTable groups;
  final Dataservers dataservers;
  final OpenInodes openInodes = new OpenInodes();
  final NameserverClient nameserver;
  final MetaCache cache;
  final KernelNotices kernel = new KernelNotices();
  final Releases releases;
  final Namespace namespace;
  final PathResolver paths;
  final Locks locks;
  final BlockCache blocks;
  final @Nullable DiskTier disk;
  final Writing writing;
  final Reader reader;
  final HoleFinder holes;

  private final boolean heir;

  /**
   * @param heir whether another process still has what this one will take over
   */
  Rooms(ClientConfig config, String description, boolean heir) {
    this.config = config;
    this.heir = heir;
    // First: it may refuse, and nothing has been started yet.
    disk =
        config.cacheDir().map(path -> DiskTier.open(path, config.cacheDisk(), heir)).orElse(null);
    network = new Network(config.networkThreads());
    cache = new MetaCache(config.attributeTtl());
    nameserver =
        new NameserverClient(
            network,
            config.nameservers(),
            config.deadlineMs(),
            description,
            cache,
            !config.attributeTtl().isZero(),
            openInodes,
            timer);
    WriteLeases leases = new WriteLeases(nameserver, cache, timer, config.deadlineMs());
    nameserver.onRecall(kernel);
    nameserver.onRecall(leases);
    releases = new Releases(nameserver, openInodes, timer);
    namespace = new Namespace(nameserver, cache, openInodes, releases, leases);
    paths = new PathResolver(namespace, cache);
    locks = new Locks(nameserver, namespace, config.deadlineMs());
    groups =
        new GroupTable(epoch -> nameserver.query(new Query.GetGroups(epoch), Reply.Groups.class));
    dataservers = new Dataservers(groups, network, config.readConnections());
    blocks = new BlockCache(MemoryShare.forBlocks(config.cacheMemory(), config.dirtyBuffer()));
    writing = new Writing(config, nameserver, cache, leases, groups, dataservers, timer);
    kernel.askOfPages(writing::takeShown);
    holes = new HoleFinder(config, nameserver, cache);
    reader = new Reader(config, nameserver, cache, blocks, disk, groups, dataservers, timer);
    nameserver.onSessionLost(this::sessionLost);
    timer.scheduleWithFixedDelay(this::tend, 10, 10, TimeUnit.SECONDS);
    timer.scheduleWithFixedDelay(this::forgetUnvouched, 1, 1, TimeUnit.SECONDS);
    timer.scheduleWithFixedDelay(
        this::lookAtGroups, GROUPS_EVERY_S, GROUPS_EVERY_S, TimeUnit.SECONDS);
  }

  private static ScheduledExecutorService newTimer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "dfs-client-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return timer;
  }

  /** Completes when there is a session and the groups are known. */
  CompletableFuture<Void> start() {
    return nameserver
        .start(config.connectTimeout().toMillis())
        .thenCompose(
            session -> {
              if (disk != null && !heir) {
                disk.begin(session.clusterId());
              }
              return groups.refresh();
            });
  }

  /** As {@link DfsVfs#takeOver} promises; what is open is known here by now. */
  void takeOver(VfsState state) {
    nameserver.takeOver(
        state.session(), state.sequences(), state.seen(), state.trustedUntilNanos());
    kernel.takeOver(
        state.handles().stream()
            .filter(handle -> handle.attr() != null)
            .map(VfsState.OpenHandle::inode)
            .distinct()
            .toList());
    try {
      start().join();
    } catch (CompletionException e) {
      throw FsException.of(e);
    }
    SessionOpened now = nameserver.session();
    if (!now.clusterId().equals(state.clusterId())) {
      throw new FsException(Errno.ESTALE, "the mount is of another cluster than is found now");
    }
    if (!now.session().equals(state.session())) {
      // A new one, which nobody wants.
      nameserver.closeSession(END_MS).join();
      throw new FsException(Errno.ESTALE, "the session of the mount has ended");
    }
  }

  /** As {@link DfsVfs#takeOverLease} promises. */
  void takeOverLease() {
    nameserver.takeOverLease();
    if (disk != null) {
      disk.begin(nameserver.session().clusterId());
    }
  }

  private void sessionLost(String why) {
    log.warn(
        "the nameserver has ended the session, perhaps as the lease was missed; what was not"
            + " committed is lost, and a new one is opened: {}",
        why);
    nameserver.forgetAll();
    writing.sessionLost();
  }

  private void tend() {
    dataservers.closeIdle();
  }

  /**
   * A lease ends by itself some time after it was last asked for, and a kernel that shows pages
   * does not ask.
   */
  private void forgetUnvouched() {
    if (!kernel.isHeard()) {
      return;
    }
    for (InodeId inode : writing.takeUnvouched()) {
      kernel.forget(new Stale(inode, -1, null, InodeId.NONE), true);
    }
  }

  private void lookAtGroups() {
    groups
        .refresh()
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                writing.leaveClosedGroups();
              } else {
                log.debug("the groups could not be asked for", failure);
              }
            });
  }

  /** As {@link DfsVfs#close} promises. */
  void close() {
    FsException lost = null;
    try {
      writing.flushAll().get(config.deadlineMs(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lost = new FsException(Errno.EINTR, "interrupted while flushing at close");
    } catch (ExecutionException | TimeoutException e) {
      lost = FsException.of(e);
      log.warn("closing with data that could not be written: {}", lost.getMessage());
    }
    releases.tell();
    try {
      nameserver.closeSession(END_MS).get(3, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.debug("the session could not be closed", e);
    }
    shutdown();
    if (lost != null) {
      throw lost;
    }
  }

  void shutdown() {
    timer.shutdownNow();
    nameserver.close();
    writing.drop();
    dataservers.close();
    network.close();
    blocks.close();
    if (disk != null) {
      disk.close();
    }
  }
}
