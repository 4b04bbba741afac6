package io.dfs.client.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Stale;
import io.dfs.common.message.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetaCacheTest {
  private static final InodeId INODE = new InodeId(7);
  private final MetaCache cache = new MetaCache(Duration.ofSeconds(1));

  private static Attr attr(long version) {
    Timestamp time = new Timestamp(version, 0);
    return new Attr(
        INODE,
        FileType.REGULAR,
        0644,
        1,
        0,
        0,
        0,
        10,
        10,
        time,
        time,
        time,
        time,
        version,
        new DataSettings(4 << 20, 2));
  }

  private void lease() {
    cache.expectLeases(TimeUnit.MINUTES.toNanos(1));
    cache.trust(System.nanoTime() + TimeUnit.MINUTES.toNanos(1));
  }

  /** Another thread may find in the cache that nothing has changed, and read what is known. */
  @Test
  void whoKnowsTheContentIsToldBeforeTheAttributesAreFound() {
    lease();
    List<@Nullable Attr> found = new ArrayList<>();
    cache.onAttr(attr -> found.add(cache.attr(INODE)));
    cache.learn(attr(1), cache.stamp());
    assertEquals(attr(1), cache.attr(INODE));
    cache.recall(new Stale(INODE, 2, null, InodeId.NONE));
    cache.changed(attr(2), cache.stamp());
    assertEquals(attr(2), cache.attr(INODE));

    assertEquals(2, found.size());
    found.forEach(attr -> assertNull(attr));
  }

  @Test
  void whatWasAskedForBeforeARecallIsNotKept() {
    lease();
    Name name = Name.of("a");
    long stamp = cache.stamp();
    cache.recall(new Stale(INODE, 2, null, InodeId.NONE));
    cache.recall(new Stale(InodeId.ROOT, 0, name, INODE));
    cache.learn(attr(1), stamp);
    cache.learnEntry(InodeId.ROOT, name, INODE, stamp);

    assertNull(cache.attr(INODE));
    assertNull(cache.entry(InodeId.ROOT, name));
    cache.learnEntry(InodeId.ROOT, name, INODE, cache.stamp());
    assertEquals(INODE, cache.entry(InodeId.ROOT, name));
  }

  @Test
  void nothingCountsWhenTheLeaseIsOver() {
    lease();
    cache.learn(attr(1), cache.stamp());
    assertEquals(attr(1), cache.attr(INODE));
    cache.trust(System.nanoTime());
    assertNull(cache.attr(INODE));
  }
}
