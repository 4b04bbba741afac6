package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import io.dfs.nameserver.state.TrashView;
import org.jspecify.annotations.Nullable;

/** Moves a name, replacing what had the new one, or exchanges two. Confined to one command. */
final class Rename {
  private final Transaction tx;
  private final Timestamp now;
  private final Mutation.Rename m;
  private final Inode from;
  private final Inode to;
  private final Dentry source;
  private final Inode moved;

  private Rename(Transaction tx, Timestamp now, Mutation.Rename m) {
    this.tx = tx;
    this.now = now;
    this.m = m;
    Names.checkEntry(m.name(), Errno.EBUSY);
    Names.checkEntry(m.newName(), Errno.EBUSY);
    from = tx.directory(m.parent());
    to = m.parent().equals(m.newParent()) ? from : tx.directory(m.newParent());
    Access.require(from, m.caller(), Access.EXECUTE);
    Access.require(to, m.caller(), Access.EXECUTE);
    source = tx.dentry(m.parent(), m.name());
    moved = tx.inode(source.child());
  }

  static Reply.Renamed apply(Transaction tx, Timestamp now, Mutation.Rename m) {
    if (m.flags() != 0
        && m.flags() != Mutation.Rename.NOREPLACE
        && m.flags() != Mutation.Rename.EXCHANGE) {
      throw new FsException(Errno.EINVAL, "unknown flags of rename: " + m.flags());
    }
    if (TrashView.is(m.parent()) && m.flags() != Mutation.Rename.EXCHANGE) {
      return TrashChange.restore(tx, now, m);
    }
    TrashChange.requireFree(m.newParent(), m.newName());
    return new Rename(tx, now, m).run();
  }

  private Reply.Renamed run() {
    Dentry target = tx.findDentry(m.newParent(), m.newName());
    if (target != null && m.flags() == Mutation.Rename.NOREPLACE) {
      throw Creation.exists(m.newName());
    }
    Access.requireRemove(from, moved, m.caller());
    requireNotBelow(moved, to);
    if (m.flags() == Mutation.Rename.EXCHANGE) {
      return exchange(tx.dentry(m.newParent(), m.newName()));
    }
    if (target != null && target.child().equals(source.child())) {
      return new Reply.Renamed(moved.attr(), null);
    }
    Access.requireAdd(to, m.caller());
    requireWriteToMove(moved);
    return replace(target);
  }

  private Reply.Renamed replace(@Nullable Dentry target) {
    Inode replaced = null;
    if (target != null) {
      Inode victim = tx.inode(target.child());
      Access.requireRemove(to, victim, m.caller());
      if (moved.isDirectory()) {
        Rmdir.requireEmptyDirectory(victim, m.newName());
      } else if (victim.isDirectory()) {
        throw new FsException(Errno.EISDIR, "'" + m.newName() + "' is a directory");
      }
      tx.deleteDentry(m.newParent(), m.newName(), target);
      replaced = Removal.loseName(tx, now, to, m.newName(), target, victim);
    }
    tx.deleteDentry(m.parent(), m.name(), source);
    tx.putDentry(
        m.newParent(),
        m.newName(),
        new Dentry(moved.id(), moved.type(), tx.counter(Counter.APPLIED)));
    int lost = replaced == null ? 0 : 1;
    int directory = moved.isDirectory() ? 1 : 0;
    changeParents(-1, 1 - lost, -directory, directory - lost * directory);
    Inode after = settle(moved, to.id());
    return answer(after, replaced);
  }

  private Reply.Renamed exchange(Dentry target) {
    Inode other = tx.inode(target.child());
    Access.requireRemove(to, other, m.caller());
    requireNotBelow(other, from);
    requireWriteToMove(moved);
    requireWriteToMove(other);
    if (other.id().equals(moved.id())) {
      return new Reply.Renamed(moved.attr(), other.attr());
    }
    tx.putDentry(m.parent(), m.name(), new Dentry(other.id(), other.type(), source.cookie()));
    tx.putDentry(m.newParent(), m.newName(), new Dentry(moved.id(), moved.type(), target.cookie()));
    int in = (moved.isDirectory() ? 1 : 0) - (other.isDirectory() ? 1 : 0);
    changeParents(0, 0, -in, in);
    Inode first = settle(moved, to.id());
    Inode second = settle(other, from.id());
    return answer(first, second);
  }

  private Reply.Renamed answer(Inode after, @Nullable Inode other) {
    return new Reply.Renamed(
        after.attr(),
        other == null ? null : other.attr(),
        tx.inode(from.id()).attr(),
        tx.inode(to.id()).attr());
  }

  private void changeParents(int fromSize, int toSize, int fromLinks, int toLinks) {
    if (from.id().equals(to.id())) {
      tx.putInode(
          from.edit()
              .addSize(fromSize + toSize)
              .addLinks(fromLinks + toLinks)
              .mtime(now)
              .ctime(now)
              .done());
      return;
    }
    tx.putInode(from.edit().addSize(fromSize).addLinks(fromLinks).mtime(now).ctime(now).done());
    tx.putInode(to.edit().addSize(toSize).addLinks(toLinks).mtime(now).ctime(now).done());
  }

  private Inode settle(Inode inode, InodeId parent) {
    Inode.Edit edit = inode.edit().ctime(now);
    Inode settled = (inode.isDirectory() ? edit.parent(parent) : edit).done();
    tx.putInode(settled);
    return settled;
  }

  /** Moving a directory elsewhere changes its "..", so it must be writable. */
  private void requireWriteToMove(Inode inode) {
    if (inode.isDirectory() && !from.id().equals(to.id())) {
      Access.require(inode, m.caller(), Access.WRITE);
    }
  }

  /** EINVAL when {@code place} is {@code directory} or lies below it. */
  private void requireNotBelow(Inode directory, Inode place) {
    if (!directory.isDirectory() || from.id().equals(to.id())) {
      if (!directory.id().equals(place.id())) {
        return;
      }
    }
    Inode at = place;
    while (true) {
      if (at.id().equals(directory.id())) {
        throw new FsException(
            Errno.EINVAL, "'" + m.name() + "' cannot be moved into itself or below itself");
      }
      if (at.id().equals(InodeId.ROOT) || at.nlink() == 0) {
        return;
      }
      at = tx.inode(at.parent());
    }
  }
}
