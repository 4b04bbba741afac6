package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Transaction;
import java.util.ArrayList;
import java.util.List;

/** Commands of the cluster itself: its root, its servers and groups. */
final class Cluster {
  /**
   * The store syncs by itself at least whenever it has taken up 32 MiB, some 100,000 new files. In
   * the 44 bits of a chunk's sequence there is room for 16 million starts.
   */
  private static final long UNSYNCED = 1 << 20;

  private Cluster() {}

  static Reply.Done apply(Transaction tx, Command.Format c) {
    if (tx.findInode(InodeId.ROOT) != null) {
      return Reply.Done.DONE;
    }
    tx.putClusterId(c.clusterId());
    tx.set(Counter.INODE, InodeId.ROOT.value());
    tx.set(Counter.INODES, 1);
    tx.putTrashKeep(InodeId.ROOT, c.trashSeconds());
    tx.putInode(
        new Inode(
            InodeId.ROOT,
            FileType.DIRECTORY,
            0755,
            2,
            c.uid(),
            c.gid(),
            0,
            0,
            0,
            c.now(),
            c.now(),
            c.now(),
            c.now(),
            1,
            c.settings(),
            InodeId.ROOT,
            InodeId.ROOT.value(),
            Inode.UNCUT,
            0,
            null));
    return Reply.Done.DONE;
  }

  /**
   * A power cut may take back what was acknowledged and not synced, and with it numbers that
   * clients and dataservers know: a cache would take the new chunk of a number for the old one.
   */
  static Reply.Done apply(Transaction tx, Command.SkipNumbers unused) {
    tx.add(Counter.CHUNK, UNSYNCED);
    tx.add(Counter.INODE, UNSYNCED);
    tx.add(Counter.SESSION, UNSYNCED);
    return Reply.Done.DONE;
  }

  static Reply.Registered apply(Transaction tx, Command.PutServer c) {
    NodeId id = c.node();
    if (id.equals(NodeId.NONE)) {
      long next = tx.add(Counter.NODE, 1);
      if (next > Integer.MAX_VALUE) {
        throw new FsException(Errno.ENOSPC, "all numbers of dataservers are used");
      }
      id = new NodeId((int) next);
    } else if (id.value() > tx.counter(Counter.NODE)) {
      tx.set(Counter.NODE, id.value());
    }
    Server known = tx.findServer(id);
    tx.putServer(id, known == null ? c.server() : c.server().with(known.wish(), known.untilMs()));
    return new Reply.Registered(id, "", 0);
  }

  static Reply.Done apply(Transaction tx, Command.AddGroups c) {
    if (tx.counter(Counter.GROUP) != c.known()) {
      throw new FsException(Errno.EAGAIN, "other groups were added meanwhile; plan again");
    }
    List<Group> added = new ArrayList<>();
    for (List<NodeId> members : c.members()) {
      Group group = new Group(tx.nextGroup(), c.replicas(), 1, members);
      tx.putGroup(group);
      added.add(group);
    }
    tx.effect(new Effect.GroupsAdded(added));
    return Reply.Done.DONE;
  }

  static Reply.Done apply(Transaction tx, Command.SetWish c) {
    Server server = tx.findServer(c.node());
    if (server == null) {
      throw new FsException(Errno.ENOENT, c.node() + " is not known; see dfs servers");
    }
    Server wished = server.with(c.wish(), c.untilMs());
    tx.putServer(c.node(), wished);
    tx.effect(new Effect.ServerChanged(c.node(), wished));
    return Reply.Done.DONE;
  }

  static Reply.Done apply(Transaction tx, Command.Deleted c) {
    for (ChunkId chunk : c.chunks()) {
      tx.deleteGarbage(c.node(), chunk);
    }
    tx.effect(new Effect.ChunksDeleted(c.node(), c.chunks()));
    return Reply.Done.DONE;
  }
}
