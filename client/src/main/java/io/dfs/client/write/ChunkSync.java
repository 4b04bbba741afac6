package io.dfs.client.write;

import io.dfs.client.chunk.Dataservers;
import io.dfs.client.chunk.GroupTable;
import io.dfs.client.meta.NameserverClient;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest.SyncChunk;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.LayoutPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts chunks on their servers' disks. Stateless. */
final class ChunkSync {
  private static final Logger log = LoggerFactory.getLogger(ChunkSync.class);

  private static final int LAYOUT_PAGE = 4096;

  private final NameserverClient nameserver;
  private final GroupTable groups;
  private final Dataservers dataservers;
  private final int deadlineMs;

  ChunkSync(
      NameserverClient nameserver, GroupTable groups, Dataservers dataservers, int deadlineMs) {
    this.nameserver = nameserver;
    this.groups = groups;
    this.dataservers = dataservers;
    this.deadlineMs = deadlineMs;
  }

  /**
   * @param written chunks that this client wrote, and how much of each matters
   * @param all also whatever else the file's layout refers to, because others may have written it
   */
  CompletableFuture<Void> sync(InodeId inode, Map<ChunkId, Integer> written, boolean all) {
    CompletableFuture<Map<ChunkId, Integer>> chunks =
        all ? layout(inode, 0, new HashMap<>(written)) : CompletableFuture.completedFuture(written);
    return chunks.thenCompose(
        lengths -> {
          List<CompletableFuture<Void>> syncs = new ArrayList<>();
          lengths.forEach((chunk, length) -> syncs.add(syncChunk(chunk, length)));
          return CompletableFuture.allOf(syncs.toArray(CompletableFuture[]::new));
        });
  }

  private CompletableFuture<Map<ChunkId, Integer>> layout(
      InodeId inode, long offset, Map<ChunkId, Integer> lengths) {
    return nameserver
        .query(new Query.GetLayout(inode, offset, LAYOUT_PAGE), LayoutPart.class)
        .thenCompose(
            part -> {
              for (Extent e : part.layout().extents()) {
                lengths.merge(e.chunk(), e.chunkOffset() + e.length(), Math::max);
              }
              long next = part.layout().nextOffset();
              return next < 0
                  ? CompletableFuture.completedFuture(lengths)
                  : layout(inode, next, lengths);
            });
  }

  private CompletableFuture<Void> syncChunk(ChunkId chunk, int length) {
    return groups
        .members(chunk.group())
        .thenCompose(
            members -> {
              List<String> chain =
                  members.subList(1, members.size()).stream().map(groups::address).toList();
              return dataservers
                  .ask(members.get(0), new SyncChunk(chunk, length, chain), deadlineMs)
                  .handle(
                      (response, failure) -> {
                        if (response != null) {
                          response.payload().release();
                          return CompletableFuture.<Void>completedFuture(null);
                        }
                        return syncEach(chunk, length, members, FsException.of(failure));
                      })
                  .thenCompose(f -> f);
            });
  }

  /** A member is down: the data is safe when another has it on disk; repair makes the rest. */
  private CompletableFuture<Void> syncEach(
      ChunkId chunk, int length, List<NodeId> members, FsException first) {
    List<CompletableFuture<Boolean>> each = new ArrayList<>();
    for (NodeId member : members) {
      each.add(
          dataservers
              .ask(member, new SyncChunk(chunk, length, List.of()), deadlineMs)
              .handle(
                  (response, failure) -> {
                    if (response != null) {
                      response.payload().release();
                    }
                    return response != null;
                  }));
    }
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenAccept(
            done -> {
              long synced = each.stream().filter(CompletableFuture::join).count();
              if (synced > 0) {
                log.warn(
                    "chunk {}: {} of {} servers have put it on disk: {}",
                    chunk,
                    synced,
                    members.size(),
                    first.getMessage());
              } else {
                throw new FsException(
                    Errno.EIO,
                    "no server could put chunk " + chunk + " on disk: " + first.getMessage(),
                    first);
              }
            });
  }
}
