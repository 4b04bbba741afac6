package io.dfs.dataserver.store;

import com.google.errorprone.annotations.Var;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunks in use and those used last, at most {@code limit} of them unless more are in use at
 * one time. Shared.
 */
final class OpenChunks {
  private static final Logger log = LoggerFactory.getLogger(OpenChunks.class);

  /** Of so many of the longest unused one is hardly ever free. */
  private static final int LOOK_AT = 16;

  private final int limit;
  private final Executor finders;

  @GuardedBy("this")
  private final Map<ChunkId, OpenChunk> byId = new LinkedHashMap<>(64, 0.75f, true);

  OpenChunks(int limit, Executor finders) {
    this.limit = limit;
    this.finders = finders;
  }

  /** The chunk, which stays open until {@link #unpin}. */
  OpenChunk pin(ChunkId id) {
    OpenChunk chunk;
    @Var OpenChunk closable = null;
    synchronized (this) {
      chunk = byId.computeIfAbsent(id, key -> new OpenChunk(key, finders));
      chunk.pins++;
      if (byId.size() > limit) {
        closable = evictOne();
      }
    }
    close(closable);
    return chunk;
  }

  @GuardedBy("this")
  private @Nullable OpenChunk evictOne() {
    Iterator<OpenChunk> eldestFirst = byId.values().iterator();
    for (int i = 0; i < LOOK_AT && eldestFirst.hasNext(); i++) {
      OpenChunk candidate = eldestFirst.next();
      if (candidate.pins == 0) {
        eldestFirst.remove();
        candidate.dropped = true;
        return candidate;
      }
    }
    return null;
  }

  void unpin(OpenChunk chunk) {
    @Var OpenChunk closable = null;
    synchronized (this) {
      chunk.pins--;
      if (chunk.pins == 0) {
        if (chunk.located() == null && !chunk.dropped) {
          byId.remove(chunk.id);
          chunk.dropped = true;
        }
        if (chunk.dropped) {
          closable = chunk;
        }
      }
    }
    close(closable);
  }

  /** Makes the chunk unfindable; the caller has pinned it. */
  synchronized void forget(OpenChunk chunk) {
    if (!chunk.dropped) {
      byId.remove(chunk.id);
      chunk.dropped = true;
    }
  }

  /** Closes what nobody uses; for the end of the process. */
  void closeAll() {
    while (true) {
      OpenChunk chunk;
      synchronized (this) {
        Iterator<OpenChunk> all = byId.values().iterator();
        if (!all.hasNext()) {
          return;
        }
        chunk = all.next();
        all.remove();
        chunk.dropped = true;
        if (chunk.pins > 0) {
          continue;
        }
      }
      close(chunk);
    }
  }

  synchronized int size() {
    return byId.size();
  }

  private static void close(@Nullable OpenChunk chunk) {
    OpenChunk.Located at = chunk == null ? null : chunk.located();
    if (at != null) {
      try {
        at.file().close();
      } catch (IOException e) {
        log.warn("closing {}: {}", at.file().path(), e.toString());
      }
    }
  }
}
