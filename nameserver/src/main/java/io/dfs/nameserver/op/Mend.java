package io.dfs.nameserver.op;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.command.Fix;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import io.dfs.nameserver.state.TrashEntry;

/** Mends what a check has found, where it is still so. Confined to one command. */
final class Mend {
  private static final Name LOST_AND_FOUND = Name.of("lost+found");

  private final Transaction tx;
  private final Timestamp now;

  private Mend(Transaction tx, Timestamp now) {
    this.tx = tx;
    this.now = now;
  }

  static Reply.Done apply(Transaction tx, Command.Mend c) {
    Mend mend = new Mend(tx, c.now());
    if (!mend.names(c.fix()) && !mend.inodes(c.fix())) {
      mend.data(c.fix());
    }
    return Reply.Done.DONE;
  }

  private boolean names(Fix fix) {
    if (fix instanceof Fix.RemoveName f) {
      if (tx.findInode(f.dentry().child()) == null
          && f.dentry().equals(tx.findDentry(f.parent(), f.name()))) {
        tx.deleteDentry(f.parent(), f.name(), f.dentry());
        Inode parent = tx.findInode(f.parent());
        if (parent != null) {
          boolean directory = f.dentry().type() == FileType.DIRECTORY;
          tx.putInode(parent.edit().addSize(-1).addLinks(directory ? -1 : 0).done());
        }
      }
    } else if (fix instanceof Fix.Retype f) {
      Dentry dentry = tx.findDentry(f.parent(), f.name());
      if (dentry != null) {
        tx.putDentry(f.parent(), f.name(), new Dentry(dentry.child(), f.type(), dentry.cookie()));
      }
    } else if (fix instanceof Fix.PutListing f) {
      if (f.dentry().equals(tx.findDentry(f.parent(), f.name()))) {
        tx.putDentry(f.parent(), f.name(), f.dentry());
      }
    } else if (fix instanceof Fix.DropListing f) {
      Dentry dentry = tx.findDentry(f.parent(), f.name());
      boolean other = dentry == null || dentry.cookie() != f.cookie();
      if (other && f.name().equals(tx.listedAt(f.parent(), f.cookie()))) {
        tx.deleteListing(f.parent(), f.cookie());
      }
    } else {
      return false;
    }
    return true;
  }

  private boolean inodes(Fix fix) {
    if (fix instanceof Fix.AddToInode f) {
      Inode inode = tx.findInode(f.inode());
      if (inode != null) {
        tx.putInode(
            inode.edit().addLinks(f.links()).addSize(f.size()).addAllocated(f.allocated()).done());
      }
    } else if (fix instanceof Fix.SetParent f) {
      Inode inode = tx.findInode(f.directory());
      if (inode != null) {
        tx.putInode(inode.edit().parent(f.parent()).done());
      }
    } else if (fix instanceof Fix.MakeDirectory f) {
      if (tx.findInode(f.directory()) == null) {
        makeDirectory(f);
      }
    } else if (fix instanceof Fix.Adopt f) {
      Inode inode = tx.findInode(f.inode());
      if (inode != null) {
        tx.deleteOrphan(inode.id());
        adopt(inode.isDirectory() ? inode : inode.edit().nlink(1).done());
      }
    } else if (fix instanceof Fix.PutOrphan f) {
      Inode inode = tx.findInode(f.inode());
      if (inode != null && inode.nlink() == 0) {
        Removal.orphan(tx, inode);
      }
    } else if (fix instanceof Fix.DropOrphan f) {
      Inode inode = tx.findInode(f.inode());
      if (inode == null || inode.nlink() > 0) {
        tx.deleteOrphan(f.inode());
      }
    } else if (fix instanceof Fix.DropSymlink f) {
      if (tx.findInode(f.inode()) == null) {
        tx.deleteSymlink(f.inode());
      }
    } else if (fix instanceof Fix.DropXattr f) {
      if (tx.findInode(f.inode()) == null) {
        tx.deleteXattr(f.inode(), f.name());
      }
    } else if (fix instanceof Fix.MendTrash f) {
      trash(f);
    } else if (fix instanceof Fix.DropTrashName f) {
      if (tx.trash().find(f.parent(), f.inode()) == null) {
        tx.deleteTrashName(f.parent(), f.name(), f.inode());
      }
    } else if (fix instanceof Fix.DropTrashKeep f) {
      if (tx.findInode(f.directory()) == null) {
        tx.putTrashKeep(f.directory(), null);
      }
    } else if (fix instanceof Fix.DropLocks f) {
      if (tx.findSession(f.session()) == null) {
        tx.putLocks(f.inode(), LockList.decode(tx.locks(f.inode())).without(f.session()).encode());
        tx.putLockedBy(f.session(), f.inode(), false);
        tx.effect(new Effect.Unlocked(f.inode()));
      }
    } else {
      return false;
    }
    return true;
  }

  private void data(Fix fix) {
    if (fix instanceof Fix.PutPurge f) {
      if (tx.purgeOf(f.tree()) == null && tx.findInode(new InodeId(f.tree())) == null) {
        tx.putPurge(f.tree());
        tx.effect(new Effect.PurgeQueued(f.tree()));
      }
    } else if (fix instanceof Fix.TrimExtent f) {
      Extent e = tx.extentAt(f.tree(), f.offset());
      if (e != null && e.length() > f.length()) {
        tx.putExtent(f.tree(), new Extent(f.offset(), f.length(), e.chunk(), e.chunkOffset()));
        FileLayout.addLive(tx, e.chunk(), f.length() - e.length());
      }
    } else if (fix instanceof Fix.AddLive f) {
      ChunkState state = tx.findChunk(f.chunk());
      if (state != null) {
        tx.putChunk(
            f.chunk(),
            new ChunkState(
                state.live() + f.live(), Math.max(state.length(), f.atLeast()), state.writer()));
      }
    } else if (fix instanceof Fix.PutChunk f) {
      if (tx.findChunk(f.chunk()) == null) {
        tx.putChunk(f.chunk(), new ChunkState(f.live(), f.length(), SessionId.NONE));
        tx.add(Counter.CHUNKS, 1);
      }
    } else if (fix instanceof Fix.Seal f) {
      ChunkState state = tx.findChunk(f.chunk());
      if (state != null && tx.findSession(state.writer()) == null) {
        Commit.seal(tx, state.writer(), f.chunk());
      }
    } else if (fix instanceof Fix.DropGarbage f) {
      if (tx.findChunk(f.chunk()) != null) {
        tx.deleteGarbage(f.node(), f.chunk());
      }
    } else if (fix instanceof Fix.DropWriting f) {
      ChunkState state = tx.findChunk(f.chunk());
      if (state == null || !state.writer().equals(f.session())) {
        tx.deleteWriting(f.session(), f.chunk());
      }
    } else if (fix instanceof Fix.Unkeep f) {
      Relocate.unkeep(tx, f.chunk());
    } else if (fix instanceof Fix.AddCounter f) {
      tx.add(f.counter(), f.delta());
    } else if (fix instanceof Fix.RaiseCounter f) {
      if (tx.counter(f.counter()) < f.atLeast()) {
        tx.set(f.counter(), f.atLeast());
      }
    }
  }

  private void makeDirectory(Fix.MakeDirectory f) {
    Inode root = tx.inode(InodeId.ROOT);
    Inode made =
        new Inode(
            f.directory(),
            FileType.DIRECTORY,
            0700,
            2 + f.subdirectories(),
            0,
            0,
            0,
            f.entries(),
            0,
            now,
            now,
            now,
            now,
            1,
            root.settings(),
            f.parent(),
            f.directory().value(),
            Inode.UNCUT,
            0,
            null);
    tx.add(Counter.INODES, 1);
    tx.putInode(made);
    if (f.parent().value() == 0) {
      adopt(made);
    }
  }

  private void adopt(Inode inode) {
    Inode home = lostAndFound();
    Name name = Name.of("#" + inode.id().value());
    if (tx.findDentry(home.id(), name) != null) {
      return;
    }
    Inode.Edit edit = inode.edit().ctime(now);
    Inode found = inode.isDirectory() ? edit.parent(home.id()).done() : edit.done();
    tx.putInode(found);
    tx.add(Counter.APPLIED, 1);
    Creation.enter(tx, now, home, name, found);
  }

  private Inode lostAndFound() {
    Dentry there = tx.findDentry(InodeId.ROOT, LOST_AND_FOUND);
    Inode inode = there == null ? null : tx.findInode(there.child());
    if (inode != null && inode.isDirectory()) {
      return inode;
    }
    Creation.make(
        tx,
        now,
        io.dfs.common.message.Caller.ROOT,
        InodeId.ROOT,
        LOST_AND_FOUND,
        new Creation.What(FileType.DIRECTORY, 0700, 0));
    return tx.inode(tx.dentry(InodeId.ROOT, LOST_AND_FOUND).child());
  }

  private void trash(Fix.MendTrash f) {
    TrashEntry entry = tx.trash().find(f.parent(), f.inode());
    Inode inode = tx.findInode(f.inode());
    if (entry == null) {
      return;
    }
    tx.deleteTrash(entry);
    if (inode != null && inode.nlink() == 0) {
      tx.putTrash(entry);
      tx.putInode(inode.edit().parent(f.parent()).done());
    }
  }
}
