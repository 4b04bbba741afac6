package io.dfs.client.meta;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Name;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Attributes and positive entries that were true at most {@code attributeTtl} ago. Shared, bounded.
 *
 * <p>Answers may arrive in another order than they were made. Every change by this client draws a
 * stamp when it is known to have happened; an answer to a question that was asked before that does
 * not overwrite what is known since, nor revive what was forgotten.
 */
public final class MetaCache {
  private static final int MAX_ENTRIES = 100_000;

  private record Entry(InodeId parent, Name name) {}

  private record Known<T>(@Nullable T value, long stamp) {}

  private final Cache<Long, Known<Attr>> attrs;
  private final Cache<Entry, Known<InodeId>> entries;
  private final AtomicLong stamps = new AtomicLong();
  private volatile Consumer<Attr> listener = a -> {};

  public MetaCache(Duration ttl) {
    attrs = newCache(ttl);
    entries = newCache(ttl);
  }

  /**
   * Evictions are cheap, so that whoever causes them does them: no other thread is woken for every
   * new entry.
   */
  private static <K, V> Cache<K, V> newCache(Duration ttl) {
    return Caffeine.newBuilder()
        .maximumSize(MAX_ENTRIES)
        .expireAfterWrite(ttl)
        .executor(Runnable::run)
        .build();
  }

  /** Is told of every attribute that comes in. */
  public void onAttr(Consumer<Attr> consumer) {
    listener = consumer;
  }

  /** To be taken before a question is sent and given with its answer. */
  public long stamp() {
    return stamps.get();
  }

  public @Nullable Attr attr(InodeId inode) {
    Known<Attr> known = attrs.getIfPresent(inode.value());
    return known == null ? null : known.value();
  }

  public @Nullable InodeId entry(InodeId parent, Name name) {
    Known<InodeId> known = entries.getIfPresent(new Entry(parent, name));
    return known == null ? null : known.value();
  }

  /** Takes in the answer to a question that was asked at {@code stamp}. */
  public void learn(Attr attr, long stamp) {
    put(attrs, attr.inode().value(), attr, stamp);
    listener.accept(attr);
  }

  public void learnEntry(InodeId parent, Name name, InodeId inode, long stamp) {
    put(entries, new Entry(parent, name), inode, stamp);
  }

  /** An inode as this client's own change has made it. */
  public void changed(Attr attr) {
    attrs.put(attr.inode().value(), new Known<>(attr, stamps.incrementAndGet()));
    listener.accept(attr);
  }

  /** This client has changed the inode in ways that the answer did not tell. */
  public void forget(InodeId inode) {
    attrs.put(inode.value(), new Known<>(null, stamps.incrementAndGet()));
  }

  /** This client has made the entry. */
  public void entryMade(InodeId parent, Name name, InodeId inode) {
    entries.put(new Entry(parent, name), new Known<>(inode, stamps.incrementAndGet()));
  }

  /** This client has removed or replaced the entry. */
  public void entryGone(InodeId parent, Name name) {
    entries.put(new Entry(parent, name), new Known<>(null, stamps.incrementAndGet()));
  }

  private static <K, T> void put(Cache<K, Known<T>> cache, K key, T value, long stamp) {
    Known<T> known = cache.getIfPresent(key);
    if (known == null || known.stamp() <= stamp) {
      cache.put(key, new Known<>(value, stamp));
    }
  }
}
