package io.dfs.client.write;

import io.dfs.common.message.DataSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By which chunks a large file's pieces go: what is written in order goes by one, and programs that
 * write at distant places at once have a chunk each, so that none waits for the others' bytes.
 * Confined to the lock of its {@link FileState}.
 */
final class RegionWriters {
  /** So many places at once fill a fast network, and bound the chunks that are open. */
  private static final int MAX_REGIONS = 4;

  private static final class Region {
    final ChunkWriter writer;

    /** Where its last piece ended. */
    long end;

    Region(ChunkWriter writer) {
      this.writer = writer;
    }

    boolean isIn(long region, long regionBytes) {
      return (end - 1) / regionBytes == region;
    }
  }

  private final Writing writing;

  private boolean synced;

  /** The one that was used last is the last. */
  private final List<Region> regions = new ArrayList<>(1);

  RegionWriters(Writing writing) {
    this.writing = writing;
  }

  /** The file has been synced, so it will be again. */
  void synced() {
    synced = true;
  }

  /** Who sends {@code piece}; while the file is small, the one for all small files. */
  ChunkWriter writerFor(Piece piece, DataSettings settings) {
    Region region = find(piece, settings);
    if (region == null) {
      return writing.sharedWriter(settings, synced);
    }
    int last = regions.size() - 1;
    if (regions.get(last) != region) {
      regions.remove(region);
      regions.add(region);
    }
    region.end = piece.end();
    return region.writer;
  }

  private @Nullable Region find(Piece piece, DataSettings settings) {
    for (Region r : regions) {
      if (r.end == piece.start) {
        return r;
      }
    }
    long at = piece.start / settings.chunkBytes();
    for (Region r : regions) {
      if (r.isIn(at, settings.chunkBytes())) {
        return r;
      }
    }
    if (piece.length < Piece.MAX_BYTES) {
      return regions.isEmpty() ? null : regions.get(regions.size() - 1);
    }
    if (regions.size() < MAX_REGIONS) {
      Region added = new Region(writing.newWriter(settings));
      regions.add(added);
      return added;
    }
    // One that has come to the end of its region is done there.
    for (Region r : regions) {
      if (r.end % settings.chunkBytes() == 0) {
        return r;
      }
    }
    return regions.get(0);
  }

  /** All of them, which are no longer used from now on. */
  List<ChunkWriter> take() {
    List<ChunkWriter> taken = regions.stream().map(r -> r.writer).toList();
    regions.clear();
    return taken;
  }
}
