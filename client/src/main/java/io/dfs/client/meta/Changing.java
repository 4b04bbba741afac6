package io.dfs.client.meta;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A change of the tree by this client: what it is about is not answered from the cache while it is
 * under way, as others may see it before its answer is here. Confined to whoever makes it.
 */
public final class Changing {
  private record Place(InodeId inode, @Nullable Name name) {}

  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final List<Place> places = new ArrayList<>(4);

  Changing(NameserverClient nameserver, MetaCache cache) {
    this.nameserver = nameserver;
    this.cache = cache;
  }

  /** An inode that changes. */
  public Changing of(InodeId inode) {
    places.add(new Place(inode, null));
    return this;
  }

  /** An entry that changes, and with it its directory and what it names. */
  public Changing of(InodeId parent, Name name) {
    places.add(new Place(parent, name));
    InodeId child = cache.entry(parent, name);
    if (child != null && !child.equals(InodeId.NONE)) {
      of(child);
    }
    return of(parent);
  }

  /**
   * Makes the change.
   *
   * @param learn gets the answer and the stamp of before; what it does not tell is forgotten
   */
  public <R extends Reply> CompletableFuture<R> run(
      Function<RequestId, ? extends Mutation> mutation, Class<R> type, BiConsumer<R, Long> learn) {
    long asked = cache.stamp();
    places.forEach(this::unsettle);
    return nameserver
        .mutate(mutation, type)
        .whenComplete(
            (reply, failure) -> {
              if (reply != null) {
                learn.accept(reply, asked);
              }
              if (reply != null || mayHaveHappened(failure)) {
                places.forEach(place -> forget(place, asked));
              }
              places.forEach(this::settled);
            });
  }

  private static boolean mayHaveHappened(Throwable failure) {
    Errno errno = FsException.of(failure).errno();
    return errno == Errno.EIO
        || errno == Errno.ETIMEDOUT
        || errno == Errno.EHOSTUNREACH
        || errno == Errno.EPROTO;
  }

  private void unsettle(Place place) {
    if (place.name == null) {
      cache.unsettle(place.inode);
    } else {
      cache.unsettle(place.inode, place.name);
    }
  }

  private void settled(Place place) {
    if (place.name == null) {
      cache.settled(place.inode);
    } else {
      cache.settled(place.inode, place.name);
    }
  }

  private void forget(Place place, long asked) {
    if (place.name == null) {
      cache.forgetUnless(place.inode, asked);
    } else {
      cache.forgetUnless(place.inode, place.name, asked);
    }
  }
}
