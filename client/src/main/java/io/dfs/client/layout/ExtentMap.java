package io.dfs.client.layout;

import io.dfs.common.message.Extent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Extents by file offset that never overlap: adding one cuts those it covers, as the nameserver
 * does when it commits them. Neighbours that continue each other in file and chunk are joined.
 * Confined to its owner's lock.
 */
public final class ExtentMap {
  private final TreeMap<Long, Extent> extents = new TreeMap<>();

  public void add(Extent added) {
    cut(added.fileOffset(), added.fileEnd());
    Extent extent = added;
    Map.Entry<Long, Extent> before = extents.lowerEntry(extent.fileOffset());
    if (before != null && continues(before.getValue(), extent)) {
      extent = join(before.getValue(), extent);
    }
    Extent after = extents.get(extent.fileEnd());
    if (after != null && continues(extent, after)) {
      extents.remove(after.fileOffset());
      extent = join(extent, after);
    }
    extents.put(extent.fileOffset(), extent);
  }

  /** Makes a hole from {@code start} to {@code end}. */
  public void cut(long start, long end) {
    Map.Entry<Long, Extent> before = extents.lowerEntry(start);
    if (before != null && before.getValue().fileEnd() > start) {
      Extent e = before.getValue();
      extents.put(e.fileOffset(), part(e, e.fileOffset(), start));
      if (e.fileEnd() > end) {
        extents.put(end, part(e, end, e.fileEnd()));
        return;
      }
    }
    Map.Entry<Long, Extent> next = extents.ceilingEntry(start);
    while (next != null && next.getKey() < end) {
      Extent e = next.getValue();
      extents.remove(next.getKey());
      if (e.fileEnd() > end) {
        extents.put(end, part(e, end, e.fileEnd()));
        return;
      }
      next = extents.ceilingEntry(start);
    }
  }

  /** The extent that holds {@code offset}, else the first one after it, else null. */
  public @Nullable Extent at(long offset) {
    Map.Entry<Long, Extent> floor = extents.floorEntry(offset);
    if (floor != null && floor.getValue().fileEnd() > offset) {
      return floor.getValue();
    }
    Map.Entry<Long, Extent> next = extents.higherEntry(offset);
    return next == null ? null : next.getValue();
  }

  public Collection<Extent> all() {
    return extents.values();
  }

  public List<Extent> copy() {
    return new ArrayList<>(extents.values());
  }

  public int size() {
    return extents.size();
  }

  public boolean isEmpty() {
    return extents.isEmpty();
  }

  public void clear() {
    extents.clear();
  }

  /** The bytes of {@code e} from one file offset to another. */
  public static Extent part(Extent e, long start, long end) {
    return new Extent(
        start, (int) (end - start), e.chunk(), e.chunkOffset() + (int) (start - e.fileOffset()));
  }

  private static boolean continues(Extent a, Extent b) {
    return a.fileEnd() == b.fileOffset()
        && a.chunk().value() == b.chunk().value()
        && a.chunkOffset() + a.length() == b.chunkOffset();
  }

  private static Extent join(Extent a, Extent b) {
    return new Extent(a.fileOffset(), a.length() + b.length(), a.chunk(), a.chunkOffset());
  }
}
