package io.dfs.client.meta;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Walks paths. Shared. Directories on the way may come from the cache, under a lease or as old as
 * the attribute TTL; changes of this client are seen at once. Symbolic links on the way are
 * followed, which an engine whose kernel does that never meets.
 */
public final class PathResolver {
  /** As Linux: more in one path is ELOOP. */
  private static final int MAX_LINKS = 40;

  private final Namespace namespace;
  private final MetaCache cache;

  public PathResolver(Namespace namespace, MetaCache cache) {
    this.namespace = namespace;
    this.cache = cache;
  }

  /** The names of a path from the root; empty names and "." fall away. */
  public static List<Name> split(byte[] path) {
    List<Name> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i < path.length && path[i] != '/') {
        continue;
      }
      if (i > from) {
        Name name = new Name(java.util.Arrays.copyOfRange(path, from, i));
        if (!name.isDot()) {
          names.add(name);
        }
      }
      from = i + 1;
    }
    return names;
  }

  /**
   * The attributes of what {@code path} names, a symbolic link itself when it is one.
   *
   * @param fresh ask the nameserver for the last component and its attributes
   */
  public CompletableFuture<Attr> resolve(Caller caller, List<Name> path, boolean fresh) {
    return resolve(caller, path, fresh, false);
  }

  /** As above; with {@code follow} what a symbolic link at the end leads to. */
  public CompletableFuture<Attr> resolve(
      Caller caller, List<Name> path, boolean fresh, boolean follow) {
    Walk walk = new Walk(caller, fresh, follow, path);
    return walk.from(InodeId.ROOT, null);
  }

  /** The directory that holds the last component of {@code path}, with symbolic links followed. */
  public CompletableFuture<InodeId> parent(Caller caller, List<Name> path) {
    if (path.isEmpty()) {
      return CompletableFuture.failedFuture(
          new FsException(Errno.EBUSY, "the root directory has no name of its own"));
    }
    if (path.size() == 1) {
      return CompletableFuture.completedFuture(InodeId.ROOT);
    }
    return resolve(caller, path.subList(0, path.size() - 1), false, true).thenApply(Attr::inode);
  }

  /** One walk. Its steps follow one another. */
  private final class Walk {
    private final Caller caller;
    private final boolean asks;
    private final boolean follow;
    private final Deque<Name> left;
    private int links;

    Walk(Caller caller, boolean fresh, boolean follow, List<Name> path) {
      this.caller = caller;
      // What a lease covers is as fresh as an answer.
      this.asks = fresh && !cache.hasLeases();
      this.follow = follow;
      this.left = new ArrayDeque<>(path);
    }

    CompletableFuture<Attr> from(InodeId start, @Nullable Attr known) {
      InodeId directory = start;
      Attr here = known;
      while (!left.isEmpty()) {
        if (here != null && here.type() != FileType.DIRECTORY) {
          return CompletableFuture.failedFuture(
              new FsException(Errno.ENOTDIR, "a component of the path is no directory"));
        }
        Name name = left.remove();
        Attr cached = left.isEmpty() && asks ? null : cached(directory, name);
        if (cached == null) {
          InodeId parent = directory;
          return namespace
              .lookup(caller, parent, name)
              .thenCompose(found -> arrived(parent, found));
        }
        if (cached.type() == FileType.SYMLINK && (follow || !left.isEmpty())) {
          return arrived(directory, cached);
        }
        directory = cached.inode();
        here = cached;
      }
      if (here != null) {
        return CompletableFuture.completedFuture(here);
      }
      return asks ? namespace.freshAttr(directory) : namespace.getattr(directory);
    }

    private CompletableFuture<Attr> arrived(InodeId parent, Attr found) {
      if (found.type() != FileType.SYMLINK || (left.isEmpty() && !follow)) {
        return from(found.inode(), found);
      }
      if (++links > MAX_LINKS) {
        return CompletableFuture.failedFuture(
            new FsException(Errno.ELOOP, "more than " + MAX_LINKS + " symbolic links in the path"));
      }
      return namespace
          .readlink(found.inode())
          .thenCompose(
              target -> {
                List<Name> names = split(target);
                for (int i = names.size() - 1; i >= 0; i--) {
                  left.addFirst(names.get(i));
                }
                boolean absolute = target.length > 0 && target[0] == '/';
                return from(absolute ? InodeId.ROOT : parent, null);
              });
    }

    private @Nullable Attr cached(InodeId directory, Name name) {
      InodeId inode = cache.entry(directory, name);
      return inode == null || inode.equals(InodeId.NONE) ? null : cache.attr(inode);
    }
  }
}
