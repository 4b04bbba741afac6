package io.dfs.client.meta;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.Done;
import io.dfs.common.message.Reply.Node;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The directory tree through the cache: every answer teaches the cache, every change of this client
 * is seen by it at once. Shared.
 */
public final class Namespace {
  private final NameserverClient nameserver;
  private final MetaCache cache;

  public Namespace(NameserverClient nameserver, MetaCache cache) {
    this.nameserver = nameserver;
    this.cache = cache;
  }

  public CompletableFuture<Attr> lookup(Caller caller, InodeId parent, Name name) {
    if (name.isDot()) {
      return getattr(parent);
    }
    if (name.isDotDot()) {
      return nameserver
          .query(new Query.ReadDir(caller, parent, 0, 1, false), Reply.Listing.class)
          .thenCompose(listing -> getattr(listing.parent()));
    }
    long stamp = cache.stamp();
    return nameserver
        .query(new Query.Lookup(caller, parent, name), Node.class)
        .thenApply(
            node -> {
              cache.learn(node.attr(), stamp);
              cache.learnEntry(parent, name, node.attr().inode(), stamp);
              return node.attr();
            });
  }

  /** At most as old as the attribute TTL. */
  public CompletableFuture<Attr> getattr(InodeId inode) {
    Attr cached = cache.attr(inode);
    return cached != null ? CompletableFuture.completedFuture(cached) : freshAttr(inode);
  }

  public CompletableFuture<Attr> freshAttr(InodeId inode) {
    long stamp = cache.stamp();
    return nameserver
        .query(new Query.GetAttr(inode), Node.class)
        .thenApply(
            node -> {
              cache.learn(node.attr(), stamp);
              return node.attr();
            });
  }

  /** A change that makes, in {@code parent}, the entry that the answer describes. */
  private CompletableFuture<Attr> make(
      InodeId parent, Name name, Function<RequestId, ? extends Mutation> mutation) {
    return nameserver
        .mutate(mutation, Node.class)
        .thenApply(
            node -> {
              made(parent, name, node.attr());
              return node.attr();
            });
  }

  private void made(InodeId parent, Name name, Attr attr) {
    cache.changed(attr);
    cache.entryMade(parent, name, attr.inode());
    cache.forget(parent);
  }

  private CompletableFuture<Attr> remove(
      InodeId parent, Name name, Function<RequestId, ? extends Mutation> mutation) {
    return nameserver
        .mutate(mutation, Node.class)
        .thenApply(
            node -> {
              cache.changed(node.attr());
              cache.entryGone(parent, name);
              cache.forget(parent);
              return node.attr();
            });
  }

  public CompletableFuture<Attr> mknod(
      Caller caller, InodeId parent, Name name, FileType type, int mode, long rdev, int umask) {
    return make(
        parent, name, id -> new Mutation.Mknod(id, caller, parent, name, type, mode, rdev, umask));
  }

  public CompletableFuture<Attr> mkdir(
      Caller caller, InodeId parent, Name name, int mode, int umask) {
    return make(parent, name, id -> new Mutation.Mkdir(id, caller, parent, name, mode, umask));
  }

  public CompletableFuture<Attr> symlink(Caller caller, InodeId parent, Name name, byte[] target) {
    return make(parent, name, id -> new Mutation.Symlink(id, caller, parent, name, target));
  }

  public CompletableFuture<Attr> link(Caller caller, InodeId inode, InodeId parent, Name name) {
    return make(parent, name, id -> new Mutation.Link(id, caller, inode, parent, name));
  }

  public CompletableFuture<Attr> unlink(Caller caller, InodeId parent, Name name) {
    return remove(parent, name, id -> new Mutation.Unlink(id, caller, parent, name));
  }

  public CompletableFuture<Attr> rmdir(Caller caller, InodeId parent, Name name) {
    return remove(parent, name, id -> new Mutation.Rmdir(id, caller, parent, name));
  }

  public CompletableFuture<Attr> rename(
      Caller caller, InodeId parent, Name name, InodeId newParent, Name newName, int flags) {
    return nameserver
        .mutate(
            id -> new Mutation.Rename(id, caller, parent, name, newParent, newName, flags),
            Reply.Renamed.class)
        .thenApply(
            reply -> {
              Attr moved = reply.moved();
              cache.changed(moved);
              cache.entryGone(parent, name);
              cache.entryMade(newParent, newName, moved.inode());
              Attr replaced = reply.replaced();
              if (replaced != null) {
                cache.changed(replaced);
                if (flags == Mutation.Rename.EXCHANGE) {
                  cache.entryMade(parent, name, replaced.inode());
                }
              }
              cache.forget(parent);
              cache.forget(newParent);
              return moved;
            });
  }

  public CompletableFuture<Reply.Opened> create(
      Caller caller, InodeId parent, Name name, int mode, int umask, boolean exclusive) {
    return nameserver
        .mutate(
            id -> new Mutation.Create(id, caller, parent, name, mode, exclusive, true, umask),
            Reply.Opened.class)
        .thenApply(
            opened -> {
              made(parent, name, opened.attr());
              return opened;
            });
  }

  /** A change of one inode, answered by its attributes. */
  public CompletableFuture<Attr> change(Function<RequestId, ? extends Mutation> mutation) {
    return nameserver
        .mutate(mutation, Node.class)
        .thenApply(
            node -> {
              cache.changed(node.attr());
              return node.attr();
            });
  }

  public CompletableFuture<byte[]> readlink(InodeId inode) {
    return nameserver
        .query(new Query.ReadLink(inode), Reply.Bytes.class)
        .thenApply(Reply.Bytes::value);
  }

  /** Entries with attributes, which the cache keeps: whoever lists mostly asks for them next. */
  public CompletableFuture<Reply.Listing> readdir(
      Caller caller, InodeId directory, long cookie, int maxEntries) {
    long stamp = cache.stamp();
    return nameserver
        .query(new Query.ReadDir(caller, directory, cookie, maxEntries, true), Reply.Listing.class)
        .thenApply(
            listing -> {
              for (DirEntry entry : listing.entries()) {
                Attr attr = entry.attr();
                if (attr != null) {
                  cache.learn(attr, stamp);
                  cache.learnEntry(directory, entry.name(), entry.inode(), stamp);
                }
              }
              return listing;
            });
  }

  public CompletableFuture<byte[]> getxattr(Caller caller, InodeId inode, Name name) {
    return nameserver
        .query(new Query.GetXattr(caller, inode, name), Reply.Bytes.class)
        .thenApply(Reply.Bytes::value);
  }

  public CompletableFuture<List<Name>> listxattr(Caller caller, InodeId inode) {
    return nameserver
        .query(new Query.ListXattr(caller, inode), Reply.Names.class)
        .thenApply(Reply.Names::names);
  }

  public CompletableFuture<Void> setxattr(
      Caller caller, InodeId inode, Name name, byte[] value, int flags) {
    return nameserver
        .mutate(id -> new Mutation.SetXattr(id, caller, inode, name, value, flags), Done.class)
        .thenAccept(done -> cache.forget(inode));
  }

  public CompletableFuture<Void> removexattr(Caller caller, InodeId inode, Name name) {
    return nameserver
        .mutate(id -> new Mutation.RemoveXattr(id, caller, inode, name), Done.class)
        .thenAccept(done -> cache.forget(inode));
  }

  /** Asks the nameserver, who knows the ACLs. */
  public CompletableFuture<Void> access(Caller caller, InodeId inode, int mask) {
    return nameserver
        .query(new Query.Access(caller, inode, mask), Done.class)
        .thenAccept(done -> {});
  }
}
