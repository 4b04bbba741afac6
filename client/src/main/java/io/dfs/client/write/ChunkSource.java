package io.dfs.client.write;

import io.dfs.client.chunk.Dataservers;
import io.dfs.client.chunk.GroupTable;
import io.dfs.client.meta.NameserverClient;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply.ChunkAllocated;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** New chunks to append to, with a connection to their first server, and those to seal. Shared. */
final class ChunkSource {
  private static final long AVOID_NANOS = 10_000_000_000L;

  /** The session's end seals what does not fit. */
  private static final int MAX_SEALED = 10_000;

  private static final int MAX_SEALED_AT_ONCE = 500;

  private final NameserverClient nameserver;
  private final GroupTable groups;
  private final Dataservers dataservers;
  private final ConcurrentMap<NodeId, Long> failed = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<ChunkId> sealed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger sealedCount = new AtomicInteger();

  /** Writers may be forgotten by all but this set when their files are closed. */
  private final Set<ChunkWriter> writers =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  ChunkSource(NameserverClient nameserver, GroupTable groups, Dataservers dataservers) {
    this.nameserver = nameserver;
    this.groups = groups;
    this.dataservers = dataservers;
  }

  /**
   * A new chunk.
   *
   * @param small whether appends to it will be small and waited for, one by one
   */
  CompletableFuture<OpenChunk> open(DataSettings settings, boolean small) {
    List<NodeId> avoid = avoided();
    CompletableFuture<ChunkAllocated> allocated =
        nameserver.mutate(
            id -> new Mutation.AllocateChunk(id, settings, avoid), ChunkAllocated.class);
    if (!avoid.isEmpty()) {
      allocated =
          allocated
              .handle(
                  (reply, failure) -> {
                    if (reply == null && FsException.of(failure).errno() == Errno.ENOSPC) {
                      failed.clear();
                      return nameserver.mutate(
                          id -> new Mutation.AllocateChunk(id, settings, List.of()),
                          ChunkAllocated.class);
                    }
                    return reply != null
                        ? CompletableFuture.completedFuture(reply)
                        : CompletableFuture.<ChunkAllocated>failedFuture(failure);
                  })
              .thenCompose(f -> f);
    }
    return allocated.thenCompose(reply -> connect(reply, settings, small));
  }

  private CompletableFuture<OpenChunk> connect(
      ChunkAllocated reply, DataSettings settings, boolean small) {
    List<NodeId> members = reply.group().members();
    CompletableFuture<Void> known =
        groups.knowsAll(members) ? CompletableFuture.completedFuture(null) : groups.refresh();
    return known
        .thenCompose(
            done ->
                small
                    ? dataservers.forSmallAppends(members.get(0))
                    : dataservers.forAppends(members.get(0)))
        .handle(
            (connection, failure) -> {
              if (connection == null) {
                sealLater(reply.chunk());
                failed(members.subList(0, 1));
                throw FsException.of(failure);
              }
              List<String> chain = new ArrayList<>();
              for (NodeId member : members.subList(1, members.size())) {
                chain.add(groups.address(member));
              }
              return new OpenChunk(
                  reply.chunk(),
                  members,
                  List.copyOf(chain),
                  connection,
                  settings.chunkBytes(),
                  this::sealLater);
            });
  }

  /** A writer that will open chunks here. */
  void register(ChunkWriter writer) {
    writers.add(writer);
  }

  /**
   * Has every writer leave the chunks of groups that are closed, whether it has more to write or
   * not: those groups wait for that to change their members.
   */
  void leaveClosedGroups() {
    List<ChunkWriter> all;
    synchronized (writers) {
      all = List.copyOf(writers);
    }
    all.forEach(ChunkWriter::leaveClosedGroup);
  }

  /** Has every writer leave its chunks, which are then to be sealed. */
  CompletableFuture<Void> leaveAll() {
    List<ChunkWriter> all;
    synchronized (writers) {
      all = List.copyOf(writers);
    }
    return CompletableFuture.allOf(
        all.stream().map(ChunkWriter::leaveChunks).toArray(CompletableFuture<?>[]::new));
  }

  boolean isLeft(OpenChunk chunk) {
    return groups.isClosed(chunk.id.group());
  }

  /** An append failed: which servers new chunks shall avoid for some seconds. */
  void appendFailed(OpenChunk chunk, FsException failure) {
    List<NodeId> blamed = new ArrayList<>();
    String message = String.valueOf(failure.getMessage());
    if (chunk.connection.isOpen()) {
      for (NodeId member : chunk.members) {
        var info = groups.server(member);
        if (info != null && message.contains(info.address())) {
          blamed.add(member);
        }
      }
    } else {
      blamed.add(chunk.members.get(0));
    }
    failed(blamed.isEmpty() ? chunk.members : blamed);
    groups.refresh();
  }

  private void failed(List<NodeId> nodes) {
    long until = System.nanoTime() + AVOID_NANOS;
    for (NodeId node : nodes) {
      failed.put(node, until);
      dataservers.failed(node);
    }
  }

  private List<NodeId> avoided() {
    long now = System.nanoTime();
    failed.values().removeIf(until -> until - now < 0);
    return List.copyOf(failed.keySet());
  }

  private void sealLater(ChunkId chunk) {
    if (sealedCount.incrementAndGet() > MAX_SEALED) {
      sealedCount.decrementAndGet();
      return;
    }
    sealed.add(chunk);
  }

  /** Chunks for the next commit to seal. */
  List<ChunkId> takeSealed() {
    if (sealed.isEmpty()) {
      return List.of();
    }
    List<ChunkId> taken = new ArrayList<>();
    while (taken.size() < MAX_SEALED_AT_ONCE) {
      @Nullable ChunkId chunk = sealed.poll();
      if (chunk == null) {
        break;
      }
      sealedCount.decrementAndGet();
      taken.add(chunk);
    }
    return taken;
  }

  boolean hasSealed() {
    return !sealed.isEmpty();
  }

  /** The session that owned them has ended. */
  void forgetSealed() {
    sealed.clear();
    sealedCount.set(0);
  }
}
