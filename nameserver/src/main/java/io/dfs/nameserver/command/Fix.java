package io.dfs.nameserver.command;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;

/**
 * What a check found and can be mended. It was found in a snapshot and is applied to what has
 * changed since: so counts are mended by their difference, which ordinary changes leave as it is,
 * and everything else is looked at again.
 */
public sealed interface Fix {
  /** Removes a name of an inode that does not exist. */
  record RemoveName(InodeId parent, Name name, Dentry dentry) implements Fix {}

  /** Gives a name the type of its inode. */
  record Retype(InodeId parent, Name name, FileType type) implements Fix {}

  /** Enters a name in the listing order. */
  record PutListing(InodeId parent, Name name, Dentry dentry) implements Fix {}

  /** Removes from the listing order what is no name. */
  record DropListing(InodeId parent, Name name, long cookie) implements Fix {}

  /** Differences of an inode's counts. */
  record AddToInode(InodeId inode, int links, long size, long allocated) implements Fix {}

  record SetParent(InodeId directory, InodeId parent) implements Fix {}

  /**
   * Makes a lost directory of entries that are still there.
   *
   * @param parent where a name leads to it; 0 puts it into lost+found
   */
  record MakeDirectory(InodeId directory, InodeId parent, long entries, int subdirectories)
      implements Fix {}

  /** Gives an inode that no name leads to one in lost+found. */
  record Adopt(InodeId inode) implements Fix {}

  /** Lets an inode without a name be removed. */
  record PutOrphan(InodeId inode) implements Fix {}

  record DropOrphan(InodeId inode) implements Fix {}

  record DropSymlink(InodeId inode) implements Fix {}

  record DropXattr(InodeId inode, Name name) implements Fix {}

  /** Lets extents of no file be worked off. */
  record PutPurge(long tree) implements Fix {}

  /** Shortens an extent that reaches into the next one. */
  record TrimExtent(long tree, long offset, int length) implements Fix {}

  record AddLive(ChunkId chunk, long live, int atLeast) implements Fix {}

  /** Makes the record of a chunk that extents refer to. */
  record PutChunk(ChunkId chunk, long live, int length) implements Fix {}

  /** Nobody writes the chunk any more. */
  record Seal(ChunkId chunk) implements Fix {}

  /** Keeps a server from deleting a chunk that is in use. */
  record DropGarbage(NodeId node, ChunkId chunk) implements Fix {}

  /** The session may append to the chunk no more, which it does not write. */
  record DropWriting(SessionId session, ChunkId chunk) implements Fix {}

  /** The chunk need not stay for readers. */
  record Unkeep(ChunkId chunk) implements Fix {}

  /** Frees the locks of a session that has ended. */
  record DropLocks(InodeId inode, SessionId session) implements Fix {}

  /** Removes a name of the trash that leads to nothing there. */
  record DropTrashName(InodeId parent, Name name, InodeId inode) implements Fix {}

  /** Removes the trash's setting of a directory that does not exist. */
  record DropTrashKeep(InodeId directory) implements Fix {}

  record AddCounter(Counter counter, long delta) implements Fix {}

  record RaiseCounter(Counter counter, long atLeast) implements Fix {}

  /** Enters what is in the trash in the orders by time and by name, or removes it from there. */
  record MendTrash(InodeId parent, InodeId inode) implements Fix {}
}
