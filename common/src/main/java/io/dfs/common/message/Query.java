package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks the nameserver without changing the tree. Safe to repeat. All fail with ENOENT
 * when the inode does not exist (ESTALE is for handles of an ended session), with EACCES when the
 * caller may not.
 */
public sealed interface Query extends Message {

  /**
   * Opens a session, or takes up an earlier one ({@code resume}) after a lost connection or a
   * restart of the nameserver; ESTALE when that one has ended. Answered by {@link
   * Reply.SessionOpened}.
   *
   * @param description the machine and what runs there, for people
   * @param caches whether the session will keep what it is told, and ask for recalls
   */
  record OpenSession(SessionId resume, String description, boolean caches) implements Query {
    /** For a session that keeps nothing. */
    public OpenSession(SessionId resume, String description) {
      this(resume, description, false);
    }
  }

  /**
   * Asks what the session has to forget of what it was granted, and renews its lease. Sessions that
   * name themselves in their questions may keep the answers, those of their changes too, until they
   * are recalled here; and no longer than {@link Reply.SessionOpened#cacheMs} after this question
   * was sent. A change that another session makes is answered when this one has asked again, or has
   * been silent for so long. Waits until there is something or for {@code waitMs}. Answered by
   * {@link Reply.Recalls}, ESTALE when the session has ended.
   *
   * @param seen {@link Reply.Recalls#upTo} of the last answer: what it named is forgotten, by the
   *     kernel too
   * @param fresh the first question on a connection: everything is forgotten. Answered at once
   * @param dirty with {@code fresh}, the files of which the session has written bytes that are not
   *     committed: it is taken to hold their write leases again, where nobody has changed them
   */
  record AwaitRecalls(
      SessionId session, long seen, boolean fresh, int waitMs, @Nullable List<DirtyFile> dirty)
      implements Query {
    public AwaitRecalls(SessionId session, long seen, boolean fresh, int waitMs) {
      this(session, seen, fresh, waitMs, null);
    }
  }

  /**
   * Asks for the write lease of a file: the right to hold written bytes that are not committed.
   * Answered by {@link Reply.Node}, which the session may keep, when no other session holds
   * anything of the file: whoever has its write lease has committed what was written, and others
   * have forgotten what they read. The lease lasts until {@link Reply.Recalls#writes} names it, or
   * as long as what a session may keep lasts otherwise. EAGAIN when the session does not ask for
   * recalls yet.
   */
  record AcquireWrite(SessionId session, InodeId inode) implements Query {}

  /**
   * Answers {@link Reply.Recalls#writes}: what was written to these files is committed, or lost,
   * and nothing more is taken in. Answered by {@link Reply.Done}.
   *
   * @param numbers of the {@link WriteRecall}s
   */
  record ReturnWrites(SessionId session, List<Long> numbers) implements Query {}

  /** Renews the lease. Answered by {@link Reply.Done}, ESTALE when the session has ended. */
  record KeepAlive(SessionId session) implements Query {}

  /**
   * Ends the session: its open files, locks and unfinished chunks go. Answered by {@link
   * Reply.Done}.
   */
  record CloseSession(SessionId session) implements Query {}

  /**
   * After {@link OpenSession} with {@code resume}: the inodes that the session has open, so that
   * those without a name live on. Answered by {@link Reply.Done}.
   */
  record AssertOpen(SessionId session, List<InodeId> inodes) implements Query {}

  /**
   * The entry {@code name} of a directory. Answered by {@link Reply.Node}; ENOENT, ENOTDIR,
   * ENAMETOOLONG.
   *
   * @param session may keep the answer, also that there is no such entry; null when it will not
   * @param ahead of the entries that follow this one by name, at most so many are wanted with it;
   *     there may be fewer, and they are for a session that keeps them
   */
  record Lookup(Caller caller, InodeId parent, Name name, @Nullable SessionId session, int ahead)
      implements Query {
    public static final int MAX_AHEAD = 256;

    /** An answer to be used once. */
    public Lookup(Caller caller, InodeId parent, Name name) {
      this(caller, parent, name, null, 0);
    }
  }

  /**
   * Answered by {@link Reply.Node}.
   *
   * @param session may keep the answer; null when it will not
   */
  record GetAttr(InodeId inode, @Nullable SessionId session) implements Query {
    /** An answer to be used once. */
    public GetAttr(InodeId inode) {
      this(inode, null);
    }
  }

  /**
   * May the caller do all of {@code mask}: 4 read, 2 write, 1 execute? Answered by {@link
   * Reply.Done} or EACCES.
   */
  record Access(Caller caller, InodeId inode, int mask) implements Query {}

  /**
   * The entries of a directory after {@code cookie} (0 for the beginning), without "." and "..". An
   * entry that exists during the whole listing is seen exactly once. Answered by {@link
   * Reply.Listing}.
   *
   * @param maxEntries at most so many; the nameserver may send fewer, but not none unless the
   *     listing has ended
   * @param attributes whether {@link DirEntry#attr} is wanted
   * @param session may keep the answer; null when it will not
   */
  record ReadDir(
      Caller caller,
      InodeId directory,
      long cookie,
      int maxEntries,
      boolean attributes,
      @Nullable SessionId session)
      implements Query {
    /** An answer to be used once. */
    public ReadDir(
        Caller caller, InodeId directory, long cookie, int maxEntries, boolean attributes) {
      this(caller, directory, cookie, maxEntries, attributes, null);
    }
  }

  /** Answered by {@link Reply.Bytes}; EINVAL when it is no symbolic link. */
  record ReadLink(InodeId inode) implements Query {}

  /** Answered by {@link Reply.Bytes}; ENODATA. */
  record GetXattr(Caller caller, InodeId inode, Name name) implements Query {}

  /** Answered by {@link Reply.Names}. */
  record ListXattr(Caller caller, InodeId inode) implements Query {}

  /**
   * Opens a file or directory: it stays readable by this session until {@link Release}, unlinked or
   * not. The nameserver counts opens. Answered by {@link Reply.Opened}.
   *
   * @param access 4 for reading, 2 for writing, 1 for executing, or a sum of them
   * @param knownVersion the version whose layout the client has; the reply's layout is null when it
   *     is still current
   */
  record Open(SessionId session, Caller caller, InodeId inode, int access, long knownVersion)
      implements Query {}

  /**
   * {@link Open} of what {@code name} names in {@code parent} now: a client that trusted an earlier
   * lookup would open what the name meant then. ENXIO when the parent does not exist.
   *
   * @param knownInode the file whose layout of {@code knownVersion} the client has
   */
  record OpenAt(
      SessionId session,
      Caller caller,
      InodeId parent,
      Name name,
      int access,
      InodeId knownInode,
      long knownVersion)
      implements Query {}

  /**
   * Undoes {@link Open}s, and opens by {@link Mutation.Create}. Answered by {@link Reply.Done}.
   *
   * @param closes at most {@link #MAX_CLOSES}
   */
  record Release(SessionId session, List<Close> closes) implements Query {
    public static final int MAX_CLOSES = 256;
  }

  /** A file's extents from {@code offset} on. Answered by {@link Reply.LayoutPart}. */
  record GetLayout(InodeId inode, long offset, int maxExtents) implements Query {}

  /**
   * Answered by {@link Reply.Groups}, with empty lists when {@code knownEpoch} is still current.
   */
  record GetGroups(long knownEpoch) implements Query {}

  /** Answered by {@link Reply.FsStats}. */
  record StatFs() implements Query {}

  /**
   * Returns when everything acknowledged before is on the nameserver's disk. Answered by {@link
   * Reply.Done}.
   */
  record SyncMetadata() implements Query {}

  /**
   * The first lock that would keep {@code lock} from being taken. Answered by {@link
   * Reply.LockState}.
   */
  record GetLock(SessionId session, InodeId inode, Lock lock) implements Query {}

  /**
   * Returns when {@code lock} may be free or {@code timeoutMs} have passed; the caller then tries
   * again. EDEADLK when the wait would close a circle. Answered by {@link Reply.Done}.
   */
  record AwaitLock(SessionId session, InodeId inode, Lock lock, int timeoutMs) implements Query {}

  /** Answered by {@link Reply.ClusterStatus}. */
  record GetStatus() implements Query {}

  /**
   * What compaction does. Answered by {@link Reply.CompactionStatus}.
   *
   * @param action {@link #LOOK}, {@link #PAUSE}, {@link #RESUME} or {@link #NOW}, a look over all
   *     layouts at once
   */
  record Compaction(int action) implements Query {
    public static final int LOOK = 0;
    public static final int PAUSE = 1;
    public static final int RESUME = 2;
    public static final int NOW = 3;
  }

  /**
   * The directories to whose existing files other settings are being brought. Answered by {@link
   * Reply.Conversions}.
   */
  record GetConversions() implements Query {}

  /**
   * A replica that a reader found bad or missing. Answered by {@link Reply.Done}.
   *
   * @param problem for the log: what was wrong
   */
  record ReportReplica(ChunkId chunk, NodeId server, String problem) implements Query {}

  /**
   * An archive of the nameserver's state as it is now. Answered by {@link Reply.FeedOpened}, as are
   * the next two; EAGAIN when too many are under way.
   */
  record BackupMetadata() implements Query {}

  /** The nameserver's state as it is now as lines of JSON. */
  record DumpMetadata() implements Query {}

  /**
   * A check of the whole filesystem: lines of JSON, one for each finding.
   *
   * @param repair whether to mend what can be mended
   * @param copies whether to ask the dataservers for what they hold
   */
  record CheckFilesystem(boolean repair, boolean copies) implements Query {}

  /**
   * The part of a long answer that begins at {@code offset}: the one after the last that was
   * fetched, or that one again. Answered by {@link Reply.FeedPart}; ESTALE when the nameserver has
   * given the answer up.
   */
  record ReadFeed(long feed, long offset) implements Query {}

  /** Ends a long answer, fetched or not. Answered by {@link Reply.Done}. */
  record CloseFeed(long feed) implements Query {}

  /**
   * After a restore: chunks that were written after the backup are garbage from now on. Answered by
   * {@link Reply.Done}.
   */
  record DiscardNewer() implements Query {}

  /** Answered by {@link Reply.TrashState}. */
  record GetTrash() implements Query {}

  /**
   * What is in the trash, what goes first first. Answered by {@link Reply.TrashListing}.
   *
   * @param after the cursor of the last answer, empty for the beginning
   */
  record ListTrash(Caller caller, byte[] after, int max) implements Query {}

  /**
   * Removes for good what the caller, or for the super-user everybody, has in the trash now, in the
   * background. Answered by {@link Reply.Done}.
   */
  record EmptyTrash(Caller caller) implements Query {}

  /** What happened after the event with number {@code after}. Answered by {@link Reply.Events}. */
  record GetEvents(long after, int max) implements Query {}

  /**
   * Says what operators want of a dataserver. Answered by {@link Reply.Done}; ENOENT, EBUSY when it
   * cannot go because it has the only copies of something or still holds data.
   *
   * @param forMs how long it may be away ({@link ServerWish#MAINTAIN})
   * @param force to remove a server that still counts as holding copies
   */
  record SetServer(NodeId server, ServerWish wish, long forMs, boolean force) implements Query {}

  /**
   * Pauses, resumes or limits copying between dataservers. Answered by {@link Reply.Done}.
   *
   * @param balance balancing, else repair
   * @param paused null leaves it
   * @param bytesPerSecond for each receiving server; null leaves it
   */
  record SetWork(boolean balance, @Nullable Boolean paused, @Nullable Long bytesPerSecond)
      implements Query {}

  /** What the nameserver has done since it started. Answered by {@link Reply.Stats}. */
  record GetStats() implements Query {}

  /**
   * The clients that have a session, by number. Answered by {@link Reply.Sessions}.
   *
   * @param after only those with greater numbers; 0 for all
   */
  record GetSessions(long after, int max) implements Query {}

  /**
   * The locks that are held, by inode. Answered by {@link Reply.Locks}.
   *
   * @param inode only those on it; 0 for all
   * @param after only those on inodes with greater numbers; 0 for all
   * @param max inodes
   */
  record GetLocks(InodeId inode, long after, int max) implements Query {}
}
