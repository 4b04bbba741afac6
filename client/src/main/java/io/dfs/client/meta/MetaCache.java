package io.dfs.client.meta;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Name;
import io.dfs.common.message.Stale;
import io.dfs.common.message.Timestamp;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Attributes, entries and layouts that the nameserver told. Shared, bounded.
 *
 * <p>With a lease ({@link #trust}) they are true until they are recalled or the lease runs out, and
 * the absence of an entry is known too. Without, they were true at most {@code attributeTtl} ago.
 *
 * <p>Answers may arrive in another order than they were made, and after a recall of what they tell.
 * So every question takes a {@link #stamp} when it is sent, and every change, by this client or
 * recalled, notes its own when it is known: an answer whose question is older than the last change
 * of the same thing is not kept. Changes are noted by hash in tables of fixed size: two things that
 * share a place cost an answer that could have been kept, never one that is wrong. Stamps are
 * {@code nanoTime}s that never repeat, so they tell the age as well.
 */
public final class MetaCache {
  private static final int MAX_ENTRIES = 100_000;

  /** Layouts of more extents are not kept; these take at most some 30 MB. */
  private static final int MAX_LAYOUTS = 10_000;

  /** Places for changes: far more than are under way at once. */
  private static final int PLACES = 1 << 14;

  /** Leases that something is used for without asking again; the nameserver counts on it. */
  private static final int LEASES = 6;

  private static final int RELATIME_SECONDS = 24 * 3600;

  /** What is not asked for in so long makes room, and no kernel holds it any more. */
  private static final Duration KEPT = Duration.ofMinutes(10);

  private record Entry(InodeId parent, Name name) {}

  /**
   * @param stamp of the question that it answers
   * @param learned when the answer was here
   */
  private record Known<T>(T value, long stamp, long learned) {}

  private final LazyCache<Long, Known<Attr>> attrs;
  private final LazyCache<Entry, Known<InodeId>> entries;

  /** Directories of which all entries are in {@link #entries}: no other name exists there. */
  private final LazyCache<Long, Known<InodeId>> whole;

  private final LazyCache<Long, Layout> layouts;
  private final long ttlNanos;
  private final CacheCounts counts = new CacheCounts();
  private final AtomicLong lastChange = new AtomicLong(System.nanoTime());
  private final StampTable changedAt = new StampTable(PLACES);
  private final AtomicIntegerArray changing = new AtomicIntegerArray(PLACES);
  private volatile Consumer<Attr> listener = a -> {};

  /** What is older was dropped. */
  private volatile long floor = System.nanoTime();

  /** 0 without leases. */
  private volatile long leaseNanos;

  private volatile long trustedUntil = System.nanoTime();
  private volatile long lastEviction = System.nanoTime() - KEPT.toNanos();

  public MetaCache(Duration ttl) {
    ttlNanos = ttl.toNanos();
    attrs = newCache(MAX_ENTRIES, key -> {});
    entries = newCache(MAX_ENTRIES, entry -> notWhole(entry.parent));
    layouts = newCache(MAX_LAYOUTS, key -> {});
    whole = newCache(MAX_LAYOUTS, key -> {});
  }

  /**
   * Evictions are cheap, so that whoever causes them does them: no other thread is woken for every
   * new entry.
   *
   * @param evicting is told before anybody can see that it is gone
   */
  private <K, V> LazyCache<K, V> newCache(int entries, Consumer<K> evicting) {
    return new LazyCache<>(
        () ->
            Caffeine.newBuilder()
                .maximumSize(entries)
                .expireAfterWrite(KEPT)
                .<K, V>evictionListener(
                    (key, value, cause) -> {
                      if (key != null) {
                        evicting.accept(key);
                      }
                      evicted(cause);
                    })
                .executor(Runnable::run)
                .build());
  }

  private void evicted(RemovalCause cause) {
    if (cause == RemovalCause.SIZE) {
      lastEviction = System.nanoTime();
    }
  }

  /**
   * Is told of every attribute that comes in, before anybody finds it here: who finds that nothing
   * has changed since then goes by what the listener knows.
   */
  public void onAttr(Consumer<Attr> consumer) {
    listener = consumer;
  }

  // ---- time

  /** To be taken before a question is sent and given with its answer. */
  public long stamp() {
    return Math.max(lastChange.get(), System.nanoTime());
  }

  private long change() {
    return lastChange.updateAndGet(last -> Math.max(last, System.nanoTime()) + 1);
  }

  /** From now on there are leases of this length, and nothing is trusted without one. */
  void expectLeases(long nanos) {
    leaseNanos = nanos;
  }

  /** Whether anything can be told from here again. */
  private boolean keeps() {
    return ttlNanos != 0 || hasLeases();
  }

  /** Whether what is known is kept true by recalls. */
  public boolean hasLeases() {
    return leaseNanos != 0;
  }

  /** Everything learned since the last {@link #distrust} and not recalled is true until then. */
  void trust(long untilNanos) {
    trustedUntil = untilNanos;
  }

  /** When the lease ends, as nanoTime. */
  long trustedUntil() {
    return trustedUntil;
  }

  /**
   * A kernel was told things by another process of this session, under a lease that lasts until
   * then: what it holds is not known here.
   */
  void takeOver(long untilNanos) {
    trustedUntil = untilNanos;
    lastEviction = System.nanoTime();
  }

  boolean isTrusted() {
    return System.nanoTime() - trustedUntil < 0;
  }

  /** Nothing that was learned until now is true any more. */
  void distrust() {
    floor = change();
  }

  /** Whether what was asked for at that time may be relied on for so many leases from then. */
  boolean isCurrent(long stamp, int leases) {
    long now = System.nanoTime();
    return now - trustedUntil < 0 && stamp - floor >= 0 && now - stamp < leases * leaseNanos;
  }

  /** How long what is known now may be told to a kernel. */
  public long trustMs() {
    long nanos = leaseNanos == 0 ? ttlNanos : trustedUntil - System.nanoTime();
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  /** When something that a kernel may know was last dropped for want of room. */
  public long lastEviction() {
    return lastEviction;
  }

  private boolean isTrue(Known<?> known, int place) {
    if (changing.get(place) != 0) {
      return false;
    }
    long now = System.nanoTime();
    return leaseNanos == 0
        ? now - known.stamp < ttlNanos && known.stamp - floor >= 0
        : now - trustedUntil < 0
            && known.stamp - floor >= 0
            && now - known.stamp < LEASES * leaseNanos;
  }

  // ---- asking

  public @Nullable Attr attr(InodeId inode) {
    Known<Attr> known = attrs.get(inode.value());
    return counted(known != null && isTrue(known, place(inode)) ? known.value : null);
  }

  /** NONE when there is no such entry, null when that is not known. */
  public @Nullable InodeId entry(InodeId parent, Name name) {
    Known<InodeId> known = entries.get(new Entry(parent, name));
    if (known == null) {
      known = whole.get(parent.value());
      // Entries are kept for longer than that: none of it has gone by itself.
      if (known != null && System.nanoTime() - known.stamp > KEPT.toNanos() / 2) {
        return counted(null);
      }
    }
    return counted(known != null && isTrue(known, place(parent, name)) ? known.value : null);
  }

  private <T> @Nullable T counted(@Nullable T answer) {
    counts.asked(answer != null);
    return answer;
  }

  /** How often it was of use. */
  public CacheCounts counts() {
    return counts;
  }

  /** Inodes whose attributes are here. */
  public long inodes() {
    return attrs.size();
  }

  /** The whole layout of this version of the file, if it is known. */
  public @Nullable Layout layout(InodeId inode, long version) {
    Layout layout = layouts.get(inode.value());
    return layout != null && layout.version() == version ? layout : null;
  }

  // ---- learning

  /** Takes in the answer to a question that was asked at {@code stamp}. */
  public void learn(Attr attr, long stamp) {
    listener.accept(attr);
    if (!attr.inode().isMadeUp()) {
      put(attrs, attr.inode().value(), attr, stamp, place(attr.inode()));
    }
  }

  public void learnEntry(InodeId parent, Name name, InodeId inode, long stamp) {
    if (!parent.isMadeUp() && !inode.isMadeUp()) {
      put(entries, new Entry(parent, name), inode, stamp, place(parent, name));
    }
  }

  /** There is no such entry. */
  void learnAbsent(InodeId parent, Name name, long stamp) {
    if (hasLeases()) {
      learnEntry(parent, name, InodeId.NONE, stamp);
    }
  }

  /**
   * Everything that the directory held at {@code stamp} was learned: it is new and empty, or was
   * listed from its beginning to its end.
   */
  void learnWhole(InodeId directory, long stamp) {
    // In the root there is what no listing shows.
    if (hasLeases() && !directory.isMadeUp() && !directory.equals(InodeId.ROOT)) {
      put(whole, directory.value(), InodeId.NONE, stamp, wholePlace(directory));
    }
  }

  /** An entry of it is not known any more. */
  private void notWhole(InodeId directory) {
    changedAt.raise(wholePlace(directory), change());
    whole.remove(directory.value());
  }

  /**
   * Keeps what a question has brought. When another answer came while it was under way and says
   * otherwise, nobody knows which is the newer: somebody has seen that one, and may see this one,
   * so neither is kept.
   */
  private <K, T> void keep(LazyCache<K, Known<T>> cache, K key, T value, long stamp) {
    Known<T> next = new Known<>(value, stamp, stamp());
    cache
        .map()
        .compute(
            key,
            (same, was) -> {
              boolean doubtful = was != null && was.learned - stamp > 0 && !was.value.equals(value);
              return doubtful ? forgotten(key) : next;
            });
  }

  /** An answer came that is too old to be kept: what says otherwise may be older still. */
  private <K, T> void drop(LazyCache<K, Known<T>> cache, K key, T value) {
    if (key instanceof Entry entry) {
      notWhole(entry.parent);
    }
    cache
        .map()
        .computeIfPresent(key, (same, was) -> was.value.equals(value) ? was : forgotten(key));
  }

  /** Null; an entry is missing from what is known of its directory before it is gone. */
  private <K, T> @Nullable Known<T> forgotten(K key) {
    if (key instanceof Entry entry) {
      notWhole(entry.parent);
    }
    return null;
  }

  private <K> void drop(LazyCache<K, ?> cache, K key) {
    if (key instanceof Entry entry) {
      notWhole(entry.parent);
    }
    cache.remove(key);
  }

  /** A whole layout; what it says of its version stays true. */
  public void learnLayout(InodeId inode, Layout layout) {
    if (hasLeases()) {
      layouts.map().put(inode.value(), layout);
    }
  }

  private <K, T> void put(LazyCache<K, Known<T>> cache, K key, T value, long stamp, int place) {
    if (!keeps()) {
      return;
    }
    if (stamp - changedAt.get(place) < 0 || stamp - floor < 0) {
      drop(cache, key, value);
      return;
    }
    keep(cache, key, value, stamp);
    // What changed in between has not seen it.
    if (stamp - changedAt.get(place) < 0) {
      drop(cache, key);
    }
  }

  // ---- changes by this client

  /** A change of this client is under way: the inode is not known until {@link #settled}. */
  void unsettle(InodeId inode) {
    changing.incrementAndGet(place(inode));
  }

  void settled(InodeId inode) {
    changing.decrementAndGet(place(inode));
  }

  void unsettle(InodeId parent, Name name) {
    changing.incrementAndGet(place(parent, name));
  }

  void settled(InodeId parent, Name name) {
    changing.decrementAndGet(place(parent, name));
  }

  /**
   * An inode as this client's own change has made it.
   *
   * @param asked the stamp of before the change was sent: a recall since then may be of a later one
   */
  public void changed(Attr attr, long asked) {
    // Nobody holds what has no name, or is made up: it is asked for each time.
    boolean kept = attr.nlink() > 0 && !attr.inode().isMadeUp();
    listener.accept(attr);
    note(attrs, attr.inode().value(), kept ? attr : null, asked, place(attr.inode()));
  }

  /** This client has changed the inode in ways that the answer did not tell. */
  public void forget(InodeId inode) {
    note(attrs, inode.value(), null, 0, place(inode));
  }

  /** As {@link #forget}, unless the answer to a change with this stamp has told it. */
  void forgetUnless(InodeId inode, long asked) {
    Known<Attr> known = attrs.get(inode.value());
    if (known == null || known.stamp != asked) {
      forget(inode);
    }
  }

  void forgetUnless(InodeId parent, Name name, long asked) {
    Entry entry = new Entry(parent, name);
    Known<InodeId> known = entries.get(entry);
    if (known == null || known.stamp != asked) {
      note(entries, entry, null, 0, place(parent, name));
    }
  }

  /** This client has made the entry; or removed it, with NONE. */
  void entryChanged(InodeId parent, Name name, InodeId inode, long asked) {
    boolean kept = inode.equals(InodeId.NONE) ? hasLeases() : !inode.isMadeUp();
    kept &= !parent.isMadeUp();
    note(entries, new Entry(parent, name), kept ? inode : null, asked, place(parent, name));
  }

  private <K, T> void note(
      LazyCache<K, Known<T>> cache, K key, @Nullable T value, long asked, int place) {
    long now = change();
    long before = changedAt.raise(place, now);
    if (!keeps()) {
      return;
    }
    if (value == null || asked - before < 0 || asked - floor < 0) {
      drop(cache, key);
      return;
    }
    keep(cache, key, value, asked);
    if (changedAt.get(place) != now) {
      drop(cache, key);
    }
  }

  /**
   * This client has read the file at that time.
   *
   * @return whether that is to be recorded, by the rule of relatime; true when it is not known
   */
  public boolean touch(InodeId inode, Timestamp readAt) {
    Known<Attr> known = attrs.get(inode.value());
    if (known == null || !isTrue(known, place(inode))) {
      return true;
    }
    Attr attr = known.value;
    boolean records =
        attr.atime().compareTo(attr.mtime()) <= 0
            || attr.atime().compareTo(attr.ctime()) <= 0
            || readAt.seconds() - attr.atime().seconds() >= RELATIME_SECONDS;
    if (records && hasLeases()) {
      attrs
          .map()
          .replace(
              inode.value(),
              known,
              new Known<>(attr.withAtime(readAt), known.stamp, known.learned));
    }
    return records;
  }

  // ---- recalls

  /**
   * Forgets what another client has changed.
   *
   * @return whether its content may have changed too, which only an inode has
   */
  boolean recall(Stale stale) {
    counts.recalled();
    Name name = stale.name();
    if (name != null) {
      note(entries, new Entry(stale.inode(), name), null, 0, place(stale.inode(), name));
      return false;
    }
    Known<Attr> known = attrs.get(stale.inode().value());
    note(attrs, stale.inode().value(), null, 0, place(stale.inode()));
    return known == null || known.value.version() != stale.version();
  }

  /** All that a kernel may have been told: inodes, and entries with what they name. */
  public void eachKnown(Consumer<InodeId> inodes, BiConsumer<InodeId, Name> names) {
    attrs.keys().forEach(inode -> inodes.accept(new InodeId(inode)));
    entries.keys().forEach(entry -> names.accept(entry.parent, entry.name));
  }

  private static int place(InodeId inode) {
    return mix(Long.hashCode(inode.value()));
  }

  private static int place(InodeId parent, Name name) {
    return mix(Long.hashCode(parent.value()) * 31 + name.hashCode());
  }

  /** Where it is noted that some entry of the directory changed. */
  private static int wholePlace(InodeId directory) {
    return mix(~Long.hashCode(directory.value()));
  }

  private static int mix(int hash) {
    return (hash * 0x9E3779B9) >>> 18;
  }
}
