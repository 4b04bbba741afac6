package io.dfs.client.cli.explain;

import io.dfs.client.api.Dfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Group;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Asks every server that should have a chunk of a file whether it has it. Confined. The length of a
 * copy is looked at, its bytes are not: that is what dfs scrub does.
 */
public final class FileCopies {
  private static final int LAYOUT_PAGE = 4096;

  /** Chunks asked for at once. */
  private static final int BATCH = 64;

  private final Dfs dfs;
  private final Map<GroupId, Group> groups = new HashMap<>();
  private final Map<NodeId, ServerInfo> servers = new HashMap<>();

  public FileCopies(Dfs dfs) {
    this.dfs = dfs;
    Reply.Groups now = dfs.groups();
    now.groups().forEach(group -> groups.put(group.id(), group));
    now.servers().forEach(server -> servers.put(server.id(), server));
  }

  /** What is needed of a chunk. */
  private record Needed(long fileOffset, int bytes) {}

  /**
   * Hands on every chunk of a file, in the order of the file.
   *
   * @return extents of the file
   */
  public long look(InodeId file, Consumer<ChunkState> each) {
    Map<ChunkId, Needed> chunks = new LinkedHashMap<>();
    long extents = 0;
    long offset = 0;
    while (offset >= 0) {
      Layout part = Dfs.await(dfs.vfs().layout(file, offset, LAYOUT_PAGE));
      for (Extent e : part.extents()) {
        chunks.merge(
            e.chunk(),
            new Needed(e.fileOffset(), e.chunkOffset() + e.length()),
            (a, b) -> new Needed(a.fileOffset(), Math.max(a.bytes(), b.bytes())));
        extents++;
      }
      offset = part.nextOffset();
    }
    List<CompletableFuture<ChunkState>> asked = new ArrayList<>();
    for (Map.Entry<ChunkId, Needed> chunk : chunks.entrySet()) {
      asked.add(ask(chunk.getKey(), chunk.getValue()));
      if (asked.size() == BATCH) {
        finish(asked, each);
      }
    }
    finish(asked, each);
    return extents;
  }

  private static void finish(List<CompletableFuture<ChunkState>> asked, Consumer<ChunkState> each) {
    asked.forEach(answer -> each.accept(Dfs.await(answer)));
    asked.clear();
  }

  private CompletableFuture<ChunkState> ask(ChunkId chunk, Needed needed) {
    Group group = groups.get(chunk.group());
    if (group == null) {
      return CompletableFuture.completedFuture(
          new ChunkState(chunk, needed.bytes(), needed.fileOffset(), 1, List.of()));
    }
    List<CompletableFuture<CopyState>> copies =
        group.members().stream().map(server -> copy(chunk, needed, server)).toList();
    return CompletableFuture.allOf(copies.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            done ->
                new ChunkState(
                    chunk,
                    needed.bytes(),
                    needed.fileOffset(),
                    group.replicas(),
                    copies.stream().map(CompletableFuture::join).toList()));
  }

  private CompletableFuture<CopyState> copy(ChunkId chunk, Needed needed, NodeId server) {
    ServerInfo info = servers.get(server);
    if (info == null) {
      return CompletableFuture.completedFuture(
          new CopyState(server, "", "the server is not known any more"));
    }
    if (info.state() == ServerInfo.State.OFFLINE || info.state() == ServerInfo.State.REMOVED) {
      return CompletableFuture.completedFuture(
          new CopyState(server, info.address(), "the server is " + info.state()));
    }
    return dfs.vfs()
        .ask(server, new ChunkRequest.StatChunk(chunk), Reply.ChunkInfo.class)
        .handle(
            (reply, failure) ->
                new CopyState(
                    server,
                    info.address(),
                    failure == null ? shortness(reply.length(), needed.bytes()) : why(failure)));
  }

  private static String shortness(int length, int needed) {
    return length >= needed ? "" : "has " + length + " of " + needed + " bytes";
  }

  private static String why(Throwable failure) {
    FsException e = FsException.of(failure);
    return e.errno() == Errno.ENOENT ? "has no such chunk" : String.valueOf(e.getMessage());
  }
}
