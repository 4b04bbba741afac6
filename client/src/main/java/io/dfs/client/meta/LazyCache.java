package io.dfs.client.meta;

import com.github.benmanes.caffeine.cache.Cache;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cache that is made with its first entry: a command that keeps nothing does not wait for the
 * library. Shared.
 */
final class LazyCache<K, V> {
  private final Supplier<Cache<K, V>> maker;
  private volatile @Nullable ConcurrentMap<K, V> made;

  LazyCache(Supplier<Cache<K, V>> maker) {
    this.maker = maker;
  }

  /** To change it. */
  ConcurrentMap<K, V> map() {
    ConcurrentMap<K, V> map = made;
    return map != null ? map : make();
  }

  private synchronized ConcurrentMap<K, V> make() {
    ConcurrentMap<K, V> map = made;
    if (map == null) {
      map = maker.get().asMap();
      made = map;
    }
    return map;
  }

  @Nullable V get(K key) {
    ConcurrentMap<K, V> map = made;
    return map == null ? null : map.get(key);
  }

  void remove(K key) {
    ConcurrentMap<K, V> map = made;
    if (map != null) {
      map.remove(key);
    }
  }

  Set<K> keys() {
    ConcurrentMap<K, V> map = made;
    return map == null ? Set.of() : map.keySet();
  }

  /** About how many entries there are. */
  long size() {
    ConcurrentMap<K, V> map = made;
    return map == null ? 0 : map.size();
  }
}
