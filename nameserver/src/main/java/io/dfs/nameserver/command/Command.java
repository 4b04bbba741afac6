package io.dfs.nameserver.command;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.BadCopy;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Group;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Severity;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Trash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of the state. Whoever submits it has resolved all that is not a function of the state:
 * time, the group for a chunk, what nobody has open.
 */
public sealed interface Command {
  /**
   * Makes the root directory unless there is one. Answered by Done.
   *
   * @param uid who owns the root
   * @param trashSeconds for how long what is deleted is kept
   */
  record Format(
      String clusterId, DataSettings settings, int uid, int gid, long trashSeconds, Timestamp now)
      implements Command {
    /** Without a trash. */
    public Format(String clusterId, DataSettings settings, int uid, int gid, Timestamp now) {
      this(clusterId, settings, uid, gid, 0, now);
    }
  }

  /**
   * What a client asks.
   *
   * @param group takes the chunk of an AllocateChunk, else null
   * @param unleased it needs a lease that the session does not hold: refused unless it has run
   */
  record Mutate(Mutation mutation, Timestamp now, @Nullable GroupId group, boolean unleased)
      implements Command {
    public Mutate(Mutation mutation, Timestamp now, @Nullable GroupId group) {
      this(mutation, now, group, false);
    }
  }

  /** Answered by SessionOpened with the number only. */
  record BeginSession(String description, boolean caches, Timestamp now) implements Command {
    /** One that keeps nothing. */
    public BeginSession(String description, Timestamp now) {
      this(description, false, now);
    }
  }

  /**
   * The session takes no requests any more; clears a bounded part of what it left. Ends with the
   * effect SessionEnded when all is cleared, else it is to be submitted again.
   */
  record EndSession(SessionId session) implements Command {}

  /** Removes inodes that have no name and that nobody has open; those that have one stay. */
  record Purge(List<InodeId> inodes) implements Command {}

  /** Removes for good what is in the trash. Answered by Done. */
  record PurgeTrash(List<Trash.Due> due) implements Command {}

  /** Restores a bounded part of what a restored directory held. Answered by Done. */
  record RestoreBelow(InodeId directory, Timestamp now) implements Command {}

  /** Works off a part of what belongs to no file in an extent tree, if anything does. */
  record PurgeTree(long tree) implements Command {}

  /**
   * The file was read.
   *
   * @param by this session, which knows
   */
  record Touch(InodeId inode, Timestamp atime, SessionId by) implements Command {}

  /**
   * A dataserver has come or has changed. Answered by Registered.
   *
   * @param node NONE gives it a number
   */
  record PutServer(NodeId node, Server server) implements Command {}

  /**
   * Adds placement groups of these members, in chain order. Answered by Done; EAGAIN when others
   * were added since they were planned.
   *
   * @param known how many groups were known to the planner
   */
  record AddGroups(int replicas, List<List<NodeId>> members, long known) implements Command {}

  /**
   * Changes a group, whose epoch rises by one. Answered by Done; ESTALE when its epoch is another.
   *
   * @param group as it shall be, but with the epoch that it had
   */
  record ChangeGroup(Group group) implements Command {}

  /**
   * Keeps what operators want of a dataserver. Answered by Done.
   *
   * @param untilMs when that ends, in milliseconds since 1970; 0 for never
   */
  record SetWish(NodeId node, ServerWish wish, long untilMs) implements Command {}

  /** The server's copies of these chunks are bad or missing. Answered by Done. */
  record ReportBad(List<BadCopy> copies) implements Command {}

  /** The server's copy is good again, or is none of the cluster's any more. Answered by Done. */
  record ClearBad(ChunkId chunk, NodeId node) implements Command {}

  /** Something has happened that people may want to know. Answered by Done. */
  record RecordEvent(Timestamp time, Severity severity, String subject, String text)
      implements Command {}

  /** Keeps a setting that can be changed while the cluster runs. Answered by Done. */
  record Tune(Counter setting, long value) implements Command {}

  /**
   * A piece of a file whose bytes have been copied.
   *
   * @param from where the file had it when the copying began
   * @param to the chunk with the copy
   * @param toOffset of the copy in it
   */
  record Move(InodeId inode, Extent from, ChunkId to, int toOffset) {}

  /**
   * Lets files refer to copies of their bytes, wherever they still refer to what was copied; what
   * was written meanwhile stays. Then seals the chunks with the copies. Answered by Done.
   *
   * @param writer the session that the chunks with the copies belong to
   * @param keepUntilMs until then the old chunks stay for readers who know the layout of before
   */
  record Relocate(SessionId writer, List<Move> moves, long keepUntilMs) implements Command {}

  /**
   * Gives settings to a bounded part of the entries of a directory, and notes the files among them
   * that may have to be rewritten. Answered by Done.
   */
  record ConvertBelow(InodeId conversion, InodeId directory) implements Command {}

  /**
   * A file that is as its settings say.
   *
   * @param version of the inode that was looked at; one that has changed since is looked at again
   */
  record Converted(InodeId file, long version) {}

  /** Notes of files that need no rewriting any more go. Answered by Done. */
  record DropConverted(List<Converted> files) implements Command {}

  /**
   * A conversion is over, of which no file is noted: goes unless something has been added to it.
   * Answered by Done.
   *
   * @param started of the one that is meant
   */
  record EndConversion(InodeId conversion, long started) implements Command {}

  /** The time for which these chunks were kept is over. Answered by Done. */
  record Unkeep(List<ChunkId> chunks) implements Command {}

  /**
   * The nameserver has started: numbers that it may have given out before a power cut took back the
   * memory of it are not given out again. Answered by Done.
   */
  record SkipNumbers() implements Command {}

  /** The server has deleted these chunks. Answered by Done. */
  record Deleted(NodeId node, List<ChunkId> chunks) implements Command {}

  /**
   * The state is that of a backup: what was numbered since then keeps its numbers, and the chunks
   * among it are kept. Answered by Done.
   *
   * @param oldestOpen the least sequence of a chunk that was being written then, and which may have
   *     grown since; {@link Long#MAX_VALUE} when there is none
   */
  record Restored(long oldestOpen, Timestamp now) implements Command {}

  /**
   * Chunks that were made after a backup that was restored are kept no longer. Answered by Done.
   */
  record DiscardNewer() implements Command {}

  /** Mends what a check has found. Answered by Done. */
  record Mend(Fix fix, Timestamp now) implements Command {}
}
