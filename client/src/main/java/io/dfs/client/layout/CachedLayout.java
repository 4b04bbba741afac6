package io.dfs.client.layout;

import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a file's committed layout that this client knows: all extents of one window of the
 * file, at one version. Confined to its owner's lock.
 */
public final class CachedLayout {
  /** 100,000 extents take about 8 MB; a file with more is known in windows. */
  private static final int MAX_EXTENTS = 100_000;

  public static final long NONE = -1;

  private final ExtentMap extents = new ExtentMap();
  private long version = NONE;
  private long from;
  private long to;

  /** The version of the file that is known, or {@link #NONE}. */
  public long version() {
    return version;
  }

  /** Whether every extent that touches {@code offset} is known, at whatever version is cached. */
  public boolean knows(long offset) {
    return version != NONE && offset >= from && offset < to;
  }

  /** The end of what is known, when {@link #knows} holds for a byte before it. */
  public long knownEnd() {
    return to;
  }

  /** The extent at or after {@code offset}; only meaningful up to {@link #knownEnd}. */
  public @Nullable Extent at(long offset) {
    return extents.at(offset);
  }

  public void drop() {
    extents.clear();
    version = NONE;
    from = 0;
    to = 0;
  }

  /** All of it, when that is known and has no more than so many extents. */
  public @Nullable Layout whole(int maxExtents) {
    return version != NONE && from == 0 && to == Long.MAX_VALUE && extents.size() <= maxExtents
        ? new Layout(version, extents.copy(), -1)
        : null;
  }

  /** Takes in an answer to a question for the layout from {@code offset} on. */
  public void learn(long offset, Layout part) {
    if (version != part.version() || offset != to || extents.size() > MAX_EXTENTS) {
      drop();
      version = part.version();
      from = offset;
    }
    to = part.nextOffset() < 0 ? Long.MAX_VALUE : part.nextOffset();
    for (Extent e : part.extents()) {
      if (e.fileOffset() < from) {
        from = e.fileOffset();
      }
      extents.add(e);
    }
  }

  /** Drops what is known unless it is of this version. */
  public void keepOnly(long current) {
    if (version != current) {
      drop();
    }
  }

  /**
   * Repeats a commit of this client that made {@code newVersion}. When another client changed the
   * file in between, what is known is dropped.
   */
  public void committed(List<Extent> added, long newVersion) {
    if (version == NONE || newVersion == version) {
      return;
    }
    if (newVersion != version + 1 || extents.size() + added.size() > MAX_EXTENTS) {
      drop();
      return;
    }
    for (Extent e : added) {
      if (e.fileEnd() <= from || e.fileOffset() >= to) {
        continue;
      }
      extents.add(e);
      from = Math.min(from, e.fileOffset());
      to = Math.max(to, e.fileEnd());
    }
    version = newVersion;
  }

  /** Repeats a truncation of this client. */
  public void truncated(long size, long newVersion) {
    if (version == NONE || newVersion == version) {
      return;
    }
    if (newVersion != version + 1) {
      drop();
      return;
    }
    extents.cut(size, Long.MAX_VALUE);
    version = newVersion;
  }
}
