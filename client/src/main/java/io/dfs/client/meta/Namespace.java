package io.dfs.client.meta;

import io.dfs.client.session.OpenInodes;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.Done;
import io.dfs.common.message.Reply.Node;
import io.dfs.common.message.Sibling;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The directory tree through the cache: every answer teaches the cache, every change of this client
 * is seen by it at once. Shared.
 */
public final class Namespace {
  private static final Name ACCESS_ACL = Name.of("system.posix_acl_access");
  private static final Name DEFAULT_ACL = Name.of("system.posix_acl_default");

  private static final List<String> SPACES = List.of("user.", "trusted.", "security.");

  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final OpenInodes openInodes;
  private final OpenReports reports;
  private final Releases releases;
  private final WriteLeases writes;
  private final Listings listings = new Listings();
  private final LookAhead lookAhead = new LookAhead();

  public Namespace(
      NameserverClient nameserver,
      MetaCache cache,
      OpenInodes openInodes,
      Releases releases,
      WriteLeases writes) {
    this.releases = releases;
    this.writes = writes;
    this.openInodes = openInodes;
    this.reports = new OpenReports(nameserver, openInodes);
    this.nameserver = nameserver;
    this.cache = cache;
  }

  /** Completes when the nameserver counts every open that it was not told of. */
  public CompletableFuture<Void> reportOpens() {
    return reports.tell(openInodes.quiet());
  }

  public CompletableFuture<Attr> lookup(Caller caller, InodeId parent, Name name) {
    if (name.isDot()) {
      return getattr(parent);
    }
    Attr known = known(caller, parent, name);
    if (known != null) {
      lookAhead.used(parent);
      return CompletableFuture.completedFuture(known);
    }
    if (name.isDotDot()) {
      return nameserver
          .query(new Query.ReadDir(caller, parent, 0, 1, false), Reply.Listing.class)
          .thenCompose(listing -> getattr(listing.parent()));
    }
    if (isAbsent(caller, parent, name)) {
      return CompletableFuture.failedFuture(
          new FsException(Errno.ENOENT, "'" + name + "' does not exist"));
    }
    long stamp = cache.stamp();
    int ahead = cache.hasLeases() && passes(caller) ? lookAhead.asking(parent) : 0;
    return nameserver
        .query(session -> new Query.Lookup(caller, parent, name, session, ahead), Node.class)
        .whenComplete(
            (node, failure) -> {
              if (parent.isMadeUp()) {
                return;
              }
              if (node != null) {
                learn(parent, name, node.attr(), node.layout(), stamp);
                List<Sibling> siblings = node.siblings();
                if (siblings != null) {
                  siblings.forEach(s -> learn(parent, s.name(), s.attr(), s.layout(), stamp));
                  lookAhead.brought(parent, siblings.size());
                }
              } else if (FsException.of(failure).errno() == Errno.ENOENT) {
                cache.learnAbsent(parent, name, stamp);
              }
            })
        .thenApply(Node::attr);
  }

  private void learn(InodeId parent, Name name, Attr attr, @Nullable Layout layout, long stamp) {
    cache.learn(attr, stamp);
    cache.learnEntry(parent, name, attr.inode(), stamp);
    if (layout != null) {
      cache.learnLayout(attr.inode(), layout);
    }
  }

  /** What a lease says the name means; null to ask. */
  @Nullable Attr known(Caller caller, InodeId parent, Name name) {
    if (!cache.hasLeases() || !passes(caller)) {
      return null;
    }
    InodeId inode = cache.entry(parent, name);
    return inode == null || inode.equals(InodeId.NONE) ? null : cache.attr(inode);
  }

  /** Whether a lease says that the name means nothing. */
  public boolean isAbsent(Caller caller, InodeId parent, Name name) {
    // Of a longer name the nameserver says so.
    return passes(caller)
        && name.length() <= Name.MAX_BYTES
        && InodeId.NONE.equals(cache.entry(parent, name));
  }

  /** Whom the nameserver would not refuse: its kernel has checked, or there is nothing to check. */
  public static boolean passes(Caller caller) {
    return caller.checked() || caller.uid() == 0;
  }

  /** Under a lease, or at most as old as the attribute TTL. */
  public CompletableFuture<Attr> getattr(InodeId inode) {
    Attr cached = cache.attr(inode);
    return cached != null ? CompletableFuture.completedFuture(cached) : freshAttr(inode);
  }

  public CompletableFuture<Attr> freshAttr(InodeId inode) {
    long stamp = cache.stamp();
    return nameserver
        .query(session -> new Query.GetAttr(inode, session), Node.class)
        .thenApply(
            node -> {
              cache.learn(node.attr(), stamp);
              return node.attr();
            });
  }

  /** A change that makes, in {@code parent}, the entry that the answer describes. */
  private CompletableFuture<Attr> make(
      InodeId parent, Name name, Function<RequestId, ? extends Mutation> mutation) {
    return make(changing(), parent, name, mutation);
  }

  private CompletableFuture<Attr> make(
      Changing changing,
      InodeId parent,
      Name name,
      Function<RequestId, ? extends Mutation> mutation) {
    return changing
        .of(parent, name)
        .run(
            mutation,
            Node.class,
            (node, asked) -> {
              cache.changed(node.attr(), asked);
              parentChanged(node.parent(), asked);
              cache.entryChanged(parent, name, node.attr().inode(), asked);
            })
        .thenApply(Node::attr);
  }

  private void parentChanged(@Nullable Attr parent, long asked) {
    if (parent != null) {
      cache.changed(parent, asked);
    }
  }

  private CompletableFuture<Attr> remove(
      InodeId parent, Name name, Function<RequestId, ? extends Mutation> mutation) {
    tellWhatIsOpen();
    return changing()
        .of(parent, name)
        .run(
            mutation,
            Node.class,
            (node, asked) -> {
              cache.changed(node.attr(), asked);
              parentChanged(node.parent(), asked);
              cache.entryChanged(parent, name, InodeId.NONE, asked);
            })
        .thenApply(Node::attr);
  }

  /**
   * What is open by a lease has to be known before this client takes a name away, and what is no
   * longer open had better be; before it on the same connection is enough.
   */
  private void tellWhatIsOpen() {
    releases.tell();
    reports.tell(openInodes.quiet());
  }

  public CompletableFuture<Attr> mknod(
      Caller caller, InodeId parent, Name name, FileType type, int mode, long rdev, int umask) {
    return make(
        parent, name, id -> new Mutation.Mknod(id, caller, parent, name, type, mode, rdev, umask));
  }

  public CompletableFuture<Attr> mkdir(
      Caller caller, InodeId parent, Name name, int mode, int umask) {
    long stamp = cache.stamp();
    return make(parent, name, id -> new Mutation.Mkdir(id, caller, parent, name, mode, umask))
        .whenComplete(
            (attr, failure) -> {
              if (attr != null) {
                cache.learnWhole(attr.inode(), stamp);
              }
            });
  }

  public CompletableFuture<Attr> symlink(Caller caller, InodeId parent, Name name, byte[] target) {
    return make(parent, name, id -> new Mutation.Symlink(id, caller, parent, name, target));
  }

  public CompletableFuture<Attr> link(Caller caller, InodeId inode, InodeId parent, Name name) {
    Changing changing = changing().of(inode);
    return make(changing, parent, name, id -> new Mutation.Link(id, caller, inode, parent, name));
  }

  public CompletableFuture<Attr> unlink(Caller caller, InodeId parent, Name name) {
    return remove(parent, name, id -> new Mutation.Unlink(id, caller, parent, name));
  }

  public CompletableFuture<Attr> rmdir(Caller caller, InodeId parent, Name name) {
    return remove(parent, name, id -> new Mutation.Rmdir(id, caller, parent, name));
  }

  public CompletableFuture<Attr> rename(
      Caller caller, InodeId parent, Name name, InodeId newParent, Name newName, int flags) {
    tellWhatIsOpen();
    return changing()
        .of(parent, name)
        .of(newParent, newName)
        .run(
            id -> new Mutation.Rename(id, caller, parent, name, newParent, newName, flags),
            Reply.Renamed.class,
            (reply, asked) -> renamed(parent, name, newParent, newName, reply, flags, asked))
        .thenApply(Reply.Renamed::moved);
  }

  private void renamed(
      InodeId parent,
      Name name,
      InodeId newParent,
      Name newName,
      Reply.Renamed reply,
      int flags,
      long asked) {
    Attr moved = reply.moved();
    Attr other = reply.replaced();
    cache.changed(moved, asked);
    if (other != null) {
      cache.changed(other, asked);
    }
    parentChanged(reply.parent(), asked);
    if (!newParent.equals(parent)) {
      parentChanged(reply.newParent(), asked);
    }
    if (moved.nlink() > 1 && !moved.isDirectory()) {
      // Perhaps both were names of the same file, and both still are.
      return;
    }
    InodeId left =
        flags == Mutation.Rename.EXCHANGE && other != null ? other.inode() : InodeId.NONE;
    cache.entryChanged(parent, name, left, asked);
    cache.entryChanged(newParent, newName, moved.inode(), asked);
  }

  public CompletableFuture<Reply.Opened> create(
      Caller caller, InodeId parent, Name name, int mode, int umask, boolean exclusive) {
    return changing()
        .of(parent, name)
        .run(
            id -> new Mutation.Create(id, caller, parent, name, mode, exclusive, true, umask),
            Reply.Opened.class,
            (opened, asked) -> {
              cache.changed(opened.attr(), asked);
              parentChanged(opened.parent(), asked);
              if (opened.writable()) {
                writes.granted(opened.attr().inode(), asked);
              }
              if (opened.created()) {
                cache.entryChanged(parent, name, opened.attr().inode(), asked);
              }
            });
  }

  /** A regular file without a name, as if in {@code parent}. */
  public CompletableFuture<Reply.Opened> createUnnamed(
      Caller caller, InodeId parent, int mode, int umask) {
    long asked = cache.stamp();
    return nameserver
        .mutate(
            id -> new Mutation.CreateUnnamed(id, caller, parent, mode, umask), Reply.Opened.class)
        .whenComplete(
            (opened, failure) -> {
              if (opened != null && opened.writable()) {
                writes.granted(opened.attr().inode(), asked);
              }
            });
  }

  /** For a change of this client that is answered by what the caller learns from. */
  public Changing changing() {
    return new Changing(nameserver, cache);
  }

  /** A change of one inode, answered by its attributes. */
  public CompletableFuture<Attr> change(
      InodeId inode, Function<RequestId, ? extends Mutation> mutation) {
    return changing()
        .of(inode)
        .run(mutation, Node.class, (node, asked) -> cache.changed(node.attr(), asked))
        .thenApply(Node::attr);
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
        .query(
            session -> new Query.ReadDir(caller, directory, cookie, maxEntries, true, session),
            Reply.Listing.class)
        .thenApply(
            listing -> {
              for (DirEntry entry : listing.entries()) {
                Attr attr = entry.attr();
                if (attr != null && !directory.isMadeUp()) {
                  cache.learn(attr, stamp);
                }
                cache.learnEntry(directory, entry.name(), entry.inode(), stamp);
              }
              long since = listings.listed(directory, cookie, stamp, listing);
              if (since != 0) {
                cache.learnWhole(directory, since);
              }
              return listing;
            });
  }

  /**
   * Kernels and ls ask for ACLs and security attributes of every file; that there is none the
   * file's attributes tell.
   */
  public CompletableFuture<byte[]> getxattr(Caller caller, InodeId inode, Name name) {
    Attr known = cache.attr(inode);
    boolean list = name.equals(ACCESS_ACL) || name.equals(DEFAULT_ACL);
    boolean bare = known != null && known.bare() && passes(caller) && isOrdinary(name);
    if (known != null && (list ? !known.acl() : bare)) {
      return CompletableFuture.failedFuture(
          new FsException(Errno.ENODATA, "inode " + inode + " has no such attribute"));
    }
    return nameserver
        .query(new Query.GetXattr(caller, inode, name), Reply.Bytes.class)
        .thenApply(Reply.Bytes::value);
  }

  /**
   * Whether it is of a namespace that anything may be in; of others the nameserver says why not.
   */
  private static boolean isOrdinary(Name name) {
    String text = name.toString();
    return SPACES.stream().anyMatch(s -> text.startsWith(s) && text.length() > s.length());
  }

  public CompletableFuture<List<Name>> listxattr(Caller caller, InodeId inode) {
    Attr known = cache.attr(inode);
    if (known != null && known.bare() && !known.acl() && passes(caller)) {
      return CompletableFuture.completedFuture(List.of());
    }
    return nameserver
        .query(new Query.ListXattr(caller, inode), Reply.Names.class)
        .thenApply(Reply.Names::names);
  }

  public CompletableFuture<Void> setxattr(
      Caller caller, InodeId inode, Name name, byte[] value, int flags) {
    return changing()
        .of(inode)
        .run(
            id -> new Mutation.SetXattr(id, caller, inode, name, value, flags),
            Done.class,
            (done, asked) -> {})
        .thenAccept(done -> {});
  }

  public CompletableFuture<Void> removexattr(Caller caller, InodeId inode, Name name) {
    return changing()
        .of(inode)
        .run(
            id -> new Mutation.RemoveXattr(id, caller, inode, name),
            Done.class,
            (done, asked) -> {})
        .thenAccept(done -> {});
  }

  /** Asks the nameserver, who knows the ACLs. */
  public CompletableFuture<Void> access(Caller caller, InodeId inode, int mask) {
    return nameserver
        .query(new Query.Access(caller, inode, mask), Done.class)
        .thenAccept(done -> {});
  }
}
