package io.dfs.client.meta;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Reply;
import java.util.List;

/** Which directories were listed from beginning to end, page by page. Shared, bounded. */
final class Listings {
  private static final int MAX_UNDER_WAY = 1000;

  /**
   * @param since the stamp of before the first page was asked for
   * @param next the cookie of the page that follows what is known
   */
  private record UnderWay(long since, long next) {}

  private final LazyCache<Long, UnderWay> underWay =
      new LazyCache<>(
          () -> Caffeine.newBuilder().maximumSize(MAX_UNDER_WAY).executor(Runnable::run).build());

  /**
   * Takes note of a page.
   *
   * @param stamp of before it was asked for
   * @return the stamp since which all entries were listed, or 0 while some are missing
   */
  long listed(InodeId directory, long cookie, long stamp, Reply.Listing page) {
    UnderWay before = cookie == 0 ? new UnderWay(stamp, 0) : underWay.get(directory.value());
    if (before == null || before.next != cookie || stamp - before.since < 0) {
      return 0;
    }
    List<DirEntry> entries = page.entries();
    if (page.end()) {
      underWay.remove(directory.value());
      return before.since;
    }
    if (!entries.isEmpty()) {
      long next = entries.get(entries.size() - 1).cookie();
      underWay.map().put(directory.value(), new UnderWay(before.since, next));
    }
    return 0;
  }
}
