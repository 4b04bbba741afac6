package io.dfs.client.meta;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Query;
import java.util.concurrent.TimeUnit;

/**
 * How many entries to ask for beside the one that is looked up. Programs that walk a directory's
 * files one by one (git, make, tar) would ask a question for each; after a few the answers bring
 * more and more of those that follow, as long as they are of use. Shared, bounded.
 *
 * <p>Whoever looks at a few names of a large directory gets no more than some thousand entries for
 * nothing.
 */
final class LookAhead {
  private static final int MAX_DIRECTORIES = 1000;
  private static final int FIRST = 8;

  /** Questions before entries are brought along. */
  private static final int PATIENCE = 1;

  /** Entries of one directory that may have been brought in vain. */
  private static final int FREE = 16_384;

  /** After so long another program comes along. */
  private static final long WALK_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Guarded by itself. */
  private static final class Walk {
    private long lastAsked = System.nanoTime();
    private int asked;
    private int next = FIRST;
    private long brought;
    private long used;
  }

  private final LazyCache<Long, Walk> walks =
      new LazyCache<>(
          () -> Caffeine.newBuilder().maximumSize(MAX_DIRECTORIES).executor(Runnable::run).build());

  /** For a question about a name in the directory that is asked now. */
  int asking(InodeId directory) {
    Walk walk = walks.map().computeIfAbsent(directory.value(), key -> new Walk());
    long now = System.nanoTime();
    synchronized (walk) {
      if (now - walk.lastAsked > WALK_NANOS) {
        walk.asked = 0;
        walk.next = FIRST;
      }
      walk.lastAsked = now;
      if (walk.asked++ < PATIENCE || walk.brought > FREE + 2 * walk.used) {
        return 0;
      }
      int ahead = walk.next;
      walk.next = Math.min(2 * ahead, Query.Lookup.MAX_AHEAD);
      return ahead;
    }
  }

  /** An answer has brought so many entries along. */
  void brought(InodeId directory, int entries) {
    Walk walk = walks.get(directory.value());
    if (walk != null) {
      synchronized (walk) {
        walk.brought += entries;
      }
    }
  }

  /** A name in the directory was looked up and nothing had to be asked. */
  void used(InodeId directory) {
    Walk walk = walks.get(directory.value());
    if (walk != null) {
      synchronized (walk) {
        walk.used++;
      }
    }
  }
}
