package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.AclRules;
import io.dfs.nameserver.namespace.Modes;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Changes attributes, the size among them. Confined to one command. */
final class SetAttr {
  /** More extents than this are worked off in the background when they are cut. */
  static final int MAX_CUT_EXTENTS = 1000;

  private final Transaction tx;
  private final Timestamp now;
  private final Mutation.SetAttr m;
  private final Caller caller;
  private final Inode inode;
  private final Inode.Edit edit;
  private int mode;

  private SetAttr(Transaction tx, Timestamp now, Mutation.SetAttr m) {
    this.tx = tx;
    this.now = now;
    this.m = m;
    caller = m.caller();
    inode = tx.inode(m.inode());
    edit = inode.edit();
    mode = inode.mode();
  }

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.SetAttr m) {
    return new SetAttr(tx, now, m).run();
  }

  private Reply.Node run() {
    changeOwner();
    if (m.mode() != null) {
      Access.requireOwner(inode, caller);
      mode = Modes.changed(m.mode(), m.gid() != null ? m.gid() : inode.gid(), caller);
    }
    if (m.sizeBytes() != null) {
      resize(m.sizeBytes());
    }
    changeTimes();
    changeAcl();
    Inode changed = edit.mode(mode).ctime(now).done();
    tx.putInode(changed);
    return new Reply.Node(changed.attr());
  }

  /** The permission bits are a part of the ACL. */
  private void changeAcl() {
    Acl acl = inode.acl();
    if (acl != null && m.mode() != null) {
      tx.putXattr(inode.id(), Acl.ACCESS, AclRules.changed(acl, mode).encode());
    }
  }

  private void changeOwner() {
    Integer uid = m.uid();
    Integer gid = m.gid();
    if (uid == null && gid == null) {
      return;
    }
    if (!Access.privileged(caller)) {
      Access.requireOwner(inode, caller);
      boolean gives = uid != null && uid != inode.uid();
      boolean joins = gid != null && gid != inode.gid() && !caller.inGroup(gid);
      if (gives || joins) {
        throw new FsException(
            Errno.EPERM, "uid " + caller.uid() + " may not give inode " + inode.id() + " away");
      }
    }
    edit.owner(uid == null ? inode.uid() : uid, gid == null ? inode.gid() : gid);
    if (!inode.isDirectory()) {
      mode = Modes.withoutSetIds(mode);
    }
  }

  private void resize(long size) {
    if (inode.isDirectory()) {
      throw new FsException(Errno.EISDIR, "the size of a directory cannot be set");
    }
    if (!inode.isRegular() || size < 0) {
      throw new FsException(Errno.EINVAL, "the size of inode " + inode.id() + " cannot be " + size);
    }
    Access.require(inode, caller, Access.WRITE);
    if (size < inode.size()) {
      cut(size);
    }
    edit.size(size).newVersion().mtime(now);
    if (caller.uid() != 0 && m.mode() == null) {
      mode = Modes.withoutSetIds(mode);
    }
  }

  private void cut(long size) {
    long tree = inode.tree();
    boolean many =
        tx.extents(tree, size, inode.cutAt(), MAX_CUT_EXTENTS + 1).size() > MAX_CUT_EXTENTS;
    if (size == 0 && (many || inode.cutAt() != Inode.UNCUT)) {
      tx.putPurge(tree);
      tx.effect(new Effect.PurgeQueued(tree));
      edit.tree(tx.add(Counter.INODE, 1)).addAllocated(-inode.allocated()).cutAt(Inode.UNCUT);
    } else if (many) {
      Extent across = tx.extentBefore(tree, size);
      if (across != null && across.fileEnd() > size) {
        edit.addAllocated(-FileLayout.cut(tx, tree, size, across.fileEnd()));
      }
      tx.putPurge(tree, inode.id());
      tx.effect(new Effect.PurgeQueued(tree));
      edit.cutAt(size);
    } else {
      edit.addAllocated(-FileLayout.cut(tx, tree, size, inode.cutAt()));
    }
  }

  private void changeTimes() {
    boolean explicit = m.atime() != null || m.mtime() != null;
    if (explicit) {
      Access.requireOwner(inode, caller);
    } else if ((m.atimeNow() || m.mtimeNow()) && !Access.owns(inode, caller)) {
      Access.require(inode, caller, Access.WRITE);
    }
    if (m.atimeNow()) {
      edit.atime(now);
    } else if (m.atime() != null) {
      edit.atime(m.atime());
    }
    if (m.mtimeNow()) {
      edit.mtime(now);
    } else if (m.mtime() != null) {
      edit.mtime(m.mtime());
    }
  }
}
