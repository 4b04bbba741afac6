package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answers. */
public sealed interface Reply extends Message {
  record Done() implements Reply {
    public static final Done DONE = new Done();
  }

  /** Answers {@link Hello}. */
  record Welcome(int protocol, String clusterId, String version) implements Reply {}

  /**
   * @param leaseMs the session ends when it is not renewed for so long
   * @param slots how many mutations may be under way at once, in slots 0 to {@code slots - 1}
   * @param defaults the settings of the root directory
   * @param cacheMs how long after its question a session that asks for recalls ({@link
   *     Query.AwaitRecalls}) may trust what it was granted; 0 when nothing is granted
   */
  record SessionOpened(
      SessionId session,
      int leaseMs,
      int slots,
      String clusterId,
      DataSettings defaults,
      int cacheMs)
      implements Reply {
    /** By a nameserver that grants nothing. */
    public SessionOpened(
        SessionId session, int leaseMs, int slots, String clusterId, DataSettings defaults) {
      this(session, leaseMs, slots, clusterId, defaults, 0);
    }
  }

  /**
   * Answers {@link Query.AwaitRecalls}.
   *
   * @param upTo what the session confirms when it asks again
   * @param all it has to forget everything that it was told before
   * @param writes write leases to be given back by {@link Query.ReturnWrites}, when what was
   *     written is committed; asking again does not wait for that
   */
  record Recalls(long upTo, boolean all, List<Stale> stale, @Nullable List<WriteRecall> writes)
      implements Reply {
    public Recalls(long upTo, boolean all, List<Stale> stale) {
      this(upTo, all, stale, null);
    }
  }

  /**
   * @param parent the directory as the change of one of its entries has left it, so that nobody
   *     need ask; null when there is none
   * @param layout the whole layout of a small file that was looked up, as it is opened next; null
   *     when there is none
   * @param siblings what {@link Query.Lookup#ahead} asked for; null when there is none
   */
  record Node(
      Attr attr, @Nullable Attr parent, @Nullable Layout layout, @Nullable List<Sibling> siblings)
      implements Reply {
    public Node(Attr attr) {
      this(attr, null, null, null);
    }

    public Node(Attr attr, @Nullable Attr parent) {
      this(attr, parent, null, null);
    }
  }

  /**
   * @param doneBytes of the range that was asked for, from its start
   */
  record Ranged(Attr attr, long doneBytes) implements Reply {}

  /**
   * @param layout the beginning of the file's layout, so that a small file needs no second
   *     question; null for other types and when the client's known version is current
   * @param created whether {@link Mutation.Create} made the file
   * @param parent the directory as that has left it; else null
   * @param writable whether the session has the write lease of the file that it made
   */
  record Opened(
      Attr attr, @Nullable Layout layout, boolean created, @Nullable Attr parent, boolean writable)
      implements Reply {
    public Opened(Attr attr, @Nullable Layout layout, boolean created, @Nullable Attr parent) {
      this(attr, layout, created, parent, false);
    }

    public Opened(Attr attr, @Nullable Layout layout, boolean created) {
      this(attr, layout, created, null);
    }

    /** The same with the write lease. */
    public Opened withWriteLease() {
      return new Opened(attr, layout, created, parent, true);
    }
  }

  /**
   * @param moved the inode under its new name
   * @param replaced the inode that lost the new name (nlink 0 when that was its last) or took the
   *     old one (EXCHANGE); null when there was none
   * @param parent the directory of the old name as the change has left it; null when nothing has
   *     changed
   * @param newParent that of the new name
   */
  record Renamed(
      Attr moved, @Nullable Attr replaced, @Nullable Attr parent, @Nullable Attr newParent)
      implements Reply {
    public Renamed(Attr moved, @Nullable Attr replaced) {
      this(moved, replaced, null, null);
    }
  }

  /**
   * @param parent inode number of the directory's parent, for ".."
   * @param end whether no entry follows
   */
  record Listing(InodeId parent, List<DirEntry> entries, boolean end) implements Reply {}

  record Bytes(byte[] value) implements Reply {}

  record Names(List<Name> names) implements Reply {}

  record LayoutPart(Layout layout) implements Reply {}

  /** Servers and groups; {@code epoch} rises when any of them changes. */
  record Groups(long epoch, List<Group> groups, List<ServerInfo> servers) implements Reply {}

  /** Raw bytes of the servers; one copy of a byte takes as many as its replicas. */
  record FsStats(long capacityBytes, long freeBytes, long inodes, DataSettings defaults)
      implements Reply {}

  record ChunkAllocated(ChunkId chunk, Group group) implements Reply {}

  /**
   * @param holder null when the lock could be taken
   */
  record LockState(@Nullable Lock holder) implements Reply {}

  /**
   * @param warnings the problems as lines of text
   * @param problems why the cluster is not all well, the worst first
   */
  record ClusterStatus(
      String clusterId,
      String version,
      long uptimeSeconds,
      long inodes,
      long chunks,
      int sessions,
      long groups,
      List<ServerInfo> servers,
      List<String> warnings,
      List<Problem> problems,
      WorkStatus repair,
      WorkStatus balance)
      implements Reply {}

  /** Answers {@link ClusterRequest.Register}. */
  record Registered(NodeId node, String clusterId, int heartbeatMs) implements Reply {}

  /**
   * @param delete chunks that nothing refers to; answer by naming them in the next heartbeat's
   *     {@code deleted}
   * @param copies whether there are {@link CopyOrder}s to ask for
   * @param inventory whether it shall tell what it holds now and not at its next turn
   * @param audit whether it shall compare what it holds with what it should
   */
  record HeartbeatAnswer(List<ChunkId> delete, boolean copies, boolean inventory, boolean audit)
      implements Reply {}

  /**
   * Answers {@link ClusterRequest.TakeRewrite}.
   *
   * @param pollMs when to ask again
   */
  record Rewrites(List<RewriteTask> tasks, int pollMs) implements Reply {}

  /**
   * What compaction does and has done since the nameserver started.
   *
   * @param paused whether new work waits for a resume
   * @param rounds looks over all layouts that were finished
   * @param looking whether one is under way
   * @param victims mostly dead chunks that the last look found
   * @param fragmented small extents of fragmented files that the last look found
   * @param waitingTasks copies that wait for a dataserver
   * @param runningTasks copies under way
   * @param movedBytes copied so far
   * @param failedTasks copies given up so far; a later look finds their bytes again
   * @param keptChunks chunks that stay for readers of old layouts and then go
   */
  record CompactionStatus(
      boolean paused,
      long rounds,
      boolean looking,
      long victims,
      long fragmented,
      int waitingTasks,
      int runningTasks,
      long movedBytes,
      long failedTasks,
      int keptChunks)
      implements Reply {}

  /** Answers {@link Query.GetConversions}, the first that was asked for first. */
  record Conversions(List<Conversion> all) implements Reply {}

  /** Answers {@link ChunkRequest.Scrub}, disk by disk. */
  record ScrubStatus(List<ScrubProgress> disks) implements Reply {}

  record Garbage(List<ChunkId> delete) implements Reply {}

  /**
   * @param length the chunk's length on every member now
   */
  record Appended(int length) implements Reply {}

  /**
   * @param length bytes in the payload
   * @param crcs CRC32C of each 64 KiB block of it; the last block may be short when the chunk is
   */
  record ChunkData(int length, int[] crcs) implements Reply {}

  record ChunkInfo(int length) implements Reply {}

  /** An answer that is fetched by {@link Query.ReadFeed}, and ended by {@link Query.CloseFeed}. */
  record FeedOpened(long feed) implements Reply {}

  /**
   * @param bytes empty when nothing is ready yet, or at the end
   * @param end nothing follows
   */
  record FeedPart(byte[] bytes, boolean end) implements Reply {}

  /**
   * @param bytes in chunks, one copy counted
   * @param restoring whether directories are being restored
   * @param keepSeconds of the root directory
   */
  record TrashState(long inodes, long bytes, boolean restoring, long keepSeconds)
      implements Reply {}

  /**
   * @param cursor for asking on; empty when nothing follows
   */
  record TrashListing(List<TrashItem> items, byte[] cursor) implements Reply {}

  /** Events after the one asked from, oldest first. */
  record Events(List<Event> events) implements Reply {}

  /**
   * @param bytesPerSecond at which the server may receive them, all together
   */
  record CopyOrders(List<CopyOrder> orders, long bytesPerSecond) implements Reply {}

  /**
   * Sealed chunks that a server should hold, rising, and how long each must be at least.
   *
   * @param end whether none follow
   */
  record ExpectedChunks(List<ChunkId> chunks, int[] lengths, boolean end) implements Reply {}

  /**
   * The counters of a server since it started.
   *
   * @param nowMs its clock, milliseconds of the epoch
   * @param receivedBytes of file data that came with requests
   * @param sentBytes of file data that went with answers
   * @param operations by name
   */
  record Stats(
      String version,
      long nowMs,
      long uptimeSeconds,
      long receivedBytes,
      long sentBytes,
      List<OperationCount> operations)
      implements Reply {}

  /**
   * @param end whether no others follow
   */
  record Sessions(List<SessionInfo> sessions, boolean end) implements Reply {}

  /**
   * @param end whether no others follow
   */
  record Locks(List<HeldLock> locks, boolean end) implements Reply {}
}
