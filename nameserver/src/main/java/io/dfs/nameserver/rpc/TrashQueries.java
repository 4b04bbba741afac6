package io.dfs.nameserver.rpc;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.common.message.TrashItem;
import io.dfs.nameserver.kv.Snapshot;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.TrashNames;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Paths;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Trash;
import io.dfs.nameserver.state.Trash.Due;
import io.dfs.nameserver.state.TrashEntry;
import io.dfs.nameserver.state.TrashView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers about the trash: lists it, and shows it as a folder. A directory of that folder stands
 * for a directory of the tree, deleted or not: it lists what was deleted from it, and then its
 * subdirectories, as something may have been deleted from those. Shared.
 */
final class TrashQueries {
  private static final int MAX_ITEMS = 1000;

  /** Cookies of what was deleted are inode numbers; those of subdirectories come after. */
  private static final long LIVE = 1L << 61;

  private final Services services;
  private final Tables tables;
  private final Trash trash;

  TrashQueries(Services services) {
    this.services = services;
    this.tables = services.tables();
    this.trash = tables.trash();
  }

  /** What a name in a directory of the trash, or the name of the trash, means. */
  InodeId find(Caller caller, InodeId parent, Name name) {
    if (!TrashView.is(parent)) {
      return TrashView.of(InodeId.ROOT);
    }
    InodeId real = TrashView.real(parent);
    Inode directory = tables.directory(real);
    Access.require(directory, caller, Access.EXECUTE);
    if (name.isDot()) {
      return parent;
    } else if (name.isDotDot()) {
      return real.equals(InodeId.ROOT) ? InodeId.ROOT : TrashView.of(directory.parent());
    }
    TrashEntry entry = TrashNames.find(trash, real, name);
    if (entry != null && TrashNames.sees(caller, entry)) {
      Inode inode = tables.inode(entry.inode());
      return inode.isDirectory() ? TrashView.of(inode.id()) : inode.id();
    }
    InodeId child = tables.dentry(real, name).child();
    if (!tables.inode(child).isDirectory()) {
      throw new FsException(Errno.ENOENT, "'" + name + "' was not deleted");
    }
    return TrashView.of(child);
  }

  /** Attributes of what has no name, as the folder shows it. */
  Attr attr(InodeId id) {
    Inode inode = tables.inode(TrashView.real(id));
    int nlink = inode.nlink() == 0 ? (inode.isDirectory() ? 2 : 1) : inode.nlink();
    Attr a = inode.edit().nlink(nlink).done().attr();
    return new Attr(
        id,
        a.type(),
        a.mode(),
        a.nlink(),
        a.uid(),
        a.gid(),
        a.rdev(),
        a.sizeBytes(),
        a.allocatedBytes(),
        a.atime(),
        a.mtime(),
        a.ctime(),
        a.btime(),
        a.version(),
        a.settings());
  }

  /** Whether the inode is in the trash, where the caller may read it. */
  boolean mayRead(Inode inode, Caller caller, int access) {
    TrashEntry entry = trash.of(inode);
    if (entry == null || !TrashNames.sees(caller, entry)) {
      return false;
    }
    if ((access & Access.WRITE) != 0) {
      throw new FsException(Errno.EROFS, "restore the file before you write to it");
    }
    return true;
  }

  Reply open(Query.Open q) {
    Inode directory = tables.directory(TrashView.real(q.inode()));
    Access.require(directory, q.caller(), q.access() & 7);
    return new Reply.Opened(attr(q.inode()), null, false);
  }

  Reply readDir(Query.ReadDir q, int max) {
    InodeId real = TrashView.real(q.directory());
    Inode directory = tables.directory(real);
    Access.require(directory, q.caller(), Access.READ);
    List<DirEntry> entries = new ArrayList<>();
    long cookie = q.cookie();
    while (cookie < LIVE && entries.size() < max) {
      List<TrashEntry> deleted = trash.in(real, cookie, max);
      for (TrashEntry each : deleted) {
        cookie = each.inode().value();
        Inode inode = tables.findInode(each.inode());
        if (inode != null && TrashNames.sees(q.caller(), each)) {
          InodeId id = inode.isDirectory() ? TrashView.of(inode.id()) : inode.id();
          add(entries, q, TrashNames.shown(trash, each), id, inode.type(), cookie);
        }
        if (entries.size() == max) {
          break;
        }
      }
      cookie = deleted.size() < max && entries.size() < max ? LIVE : cookie;
    }
    boolean end = false;
    while (cookie >= LIVE && !end && entries.size() < max) {
      List<DirEntry> live = tables.entries(real, cookie - LIVE, max);
      end = live.size() < max;
      for (DirEntry each : live) {
        cookie = LIVE + each.cookie();
        if (each.type() == FileType.DIRECTORY) {
          add(entries, q, each.name(), TrashView.of(each.inode()), each.type(), cookie);
        }
        if (entries.size() == max) {
          end = false;
          break;
        }
      }
    }
    InodeId parent = real.equals(InodeId.ROOT) ? InodeId.ROOT : TrashView.of(directory.parent());
    return new Reply.Listing(parent, entries, end);
  }

  private void add(
      List<DirEntry> entries, Query.ReadDir q, Name name, InodeId id, FileType type, long cookie) {
    try {
      entries.add(new DirEntry(name, id, type, cookie, q.attributes() ? attr(id) : null));
    } catch (FsException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      // Removed meanwhile.
    }
  }

  Reply state() {
    Long keep = trash.keepSetting(InodeId.ROOT);
    return new Reply.TrashState(
        tables.counter(Counter.TRASH_INODES),
        tables.counter(Counter.TRASH_BYTES),
        services.trash().isRestoring(),
        keep == null ? 0 : keep);
  }

  Reply list(Query.ListTrash q) {
    Due after = null;
    if (q.after().length == 2 * Long.BYTES) {
      ByteBuffer cursor = ByteBuffer.wrap(q.after());
      after = new Due(cursor.getLong(), new InodeId(cursor.getLong()), InodeId.ROOT);
    }
    try (Snapshot snapshot = services.store().snapshot()) {
      Trash then = new Trash(snapshot);
      Tables tablesThen = new Tables(snapshot);
      Paths paths = new Paths(snapshot);
      List<Due> page = then.due(after, 0, Math.max(1, Math.min(q.max(), MAX_ITEMS)));
      List<TrashItem> items = new ArrayList<>();
      for (Due due : page) {
        TrashEntry entry = then.find(due.parent(), due.inode());
        Inode inode = tablesThen.findInode(due.inode());
        Inode parent = tablesThen.findInode(due.parent());
        if (entry != null && inode != null && TrashNames.sees(q.caller(), entry)) {
          items.add(
              new TrashItem(
                  inode.id(),
                  inode.type(),
                  paths.of(entry.parent(), TrashNames.shown(then, entry)),
                  parent == null || parent.nlink() == 0,
                  entry.uid(),
                  entry.bytes(),
                  new Timestamp(entry.deleted(), 0),
                  new Timestamp(entry.expires(), 0)));
        }
      }
      if (page.isEmpty()) {
        return new Reply.TrashListing(items, new byte[0]);
      }
      Due last = page.get(page.size() - 1);
      return new Reply.TrashListing(
          items,
          ByteBuffer.allocate(16).putLong(last.expires()).putLong(last.inode().value()).array());
    }
  }
}
