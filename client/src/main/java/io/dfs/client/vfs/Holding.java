package io.dfs.client.vfs;

import io.dfs.client.vfs.HandleTable.Handle;
import io.dfs.client.vfs.VfsState.OpenHandle;
import io.dfs.client.write.FileState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Brings a client to rest, so that its session can go on in another process. Confined to one
 * thread, which waits. States:
 *
 * <pre>
 * SERVING -- hold() --> HELD (nothing written that is not committed, no change under way, nothing
 *                             told that was not seen to) -- goOn() --> SERVING
 * </pre>
 */
final class Holding {
  private static final int LOOK_MS = 5;

  /** What is handed over of them takes some 50 MB of memory for a moment. */
  private static final int MAX_HANDLES = 100_000;

  private final Rooms rooms;
  private final HandleTable handles;
  private final long endNanos;

  Holding(Rooms rooms, HandleTable handles, Duration limit) {
    this.rooms = rooms;
    this.handles = handles;
    this.endNanos = System.nanoTime() + limit.toNanos();
  }

  /** As {@link DfsVfs#hold} promises; followed by {@link #goOn} when it fails. */
  VfsState hold(boolean caches) throws InterruptedException {
    if (handles.size() > MAX_HANDLES) {
      throw new FsException(
          Errno.ENOMEM,
          "programs have "
              + handles.size()
              + " files open, and at most "
              + MAX_HANDLES
              + " are handed over: end some, or unmount and mount again");
    }
    long[] sequences = settle();
    long seen = await(rooms.nameserver.holdLease());
    List<OpenHandle> open = new ArrayList<>();
    Set<InodeId> told = new HashSet<>();
    for (Map.Entry<Long, Handle> each : handles.all().entrySet()) {
      Handle handle = each.getValue();
      FileState file = handle.file;
      boolean first = file != null && told.add(handle.inode);
      open.add(
          new OpenHandle(
              each.getKey(),
              handle.inode,
              handle.caller,
              handle.mode,
              file == null ? null : file.committedAttr(),
              handle.readAt,
              handle.atimeDue,
              handle.lockOwners(),
              first && file != null ? file.untold() : null));
    }
    return new VfsState(
        rooms.nameserver.session().session(),
        rooms.nameserver.session().clusterId(),
        caches,
        sequences,
        seen,
        rooms.nameserver.trustedUntilNanos(),
        rooms.openInodes.snapshot(),
        handles.next(),
        open);
  }

  /** The last numbers of the slots; what runs by itself may begin anew until all is found quiet. */
  private long[] settle() throws InterruptedException {
    while (true) {
      await(rooms.writing.settleAll());
      await(rooms.releases.tellAll());
      await(rooms.namespace.reportOpens());
      long[] sequences = await(rooms.nameserver.freeze());
      if (rooms.writing.isSettled() && rooms.locks.areSettled()) {
        return sequences;
      }
      rooms.nameserver.thaw();
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  void goOn() {
    rooms.nameserver.thaw();
    rooms.nameserver.takeOverLease();
  }

  private <T> T await(CompletableFuture<T> step) throws InterruptedException {
    try {
      return step.get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw FsException.of(e);
    } catch (TimeoutException e) {
      throw new FsException(
          Errno.ETIMEDOUT,
          "what programs have written could not be brought to the servers in time; see whether"
              + " all of them run (dfs servers)",
          e);
    }
  }
}
