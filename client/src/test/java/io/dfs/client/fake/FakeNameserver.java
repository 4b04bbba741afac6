package io.dfs.client.fake;

import io.dfs.client.layout.ExtentMap;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Group;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.Call;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetServer;
import io.dfs.common.net.NetThreads;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A nameserver that keeps a tree in maps: enough of it for the client's tests. */
public final class FakeNameserver implements AutoCloseable {
  private static final class Node {
    Attr attr;
    final TreeMap<Name, Long> entries = new TreeMap<>();
    final ExtentMap layout = new ExtentMap();
    byte[] target = new byte[0];
    final Map<Name, byte[]> xattrs = new HashMap<>();
    long parent = 1;
    int opens;
  }

  private record Remembered(long sequence, Object reply) {}

  private final NetThreads threads;
  private final DataSettings settings;
  private final int pageExtents;
  private final Map<Long, Node> nodes = new HashMap<>();
  private final Map<Long, Map<Integer, Remembered>> sessions = new HashMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<NodeId, FakeDataserver> servers = new HashMap<>();
  private NetServer server;
  private long nextInode = 2;
  private long nextSession = 1;
  private long nextChunk = 1;
  private int turn;
  public final HostPort address;
  public final AtomicInteger executed = new AtomicInteger();
  public final AtomicInteger repliesToSwallow = new AtomicInteger();
  public final AtomicInteger reports = new AtomicInteger();
  public final AtomicInteger commits = new AtomicInteger();
  public final AtomicInteger longestCommit = new AtomicInteger();
  public final List<Mutation> locks = new CopyOnWriteArrayList<>();
  public final AtomicInteger calls = new AtomicInteger();

  FakeNameserver(NetThreads threads, DataSettings settings, int pageExtents) {
    this.threads = threads;
    this.settings = settings;
    this.pageExtents = pageExtents;
    Node root = new Node();
    root.attr = attr(1, FileType.DIRECTORY, 0755, 0, 0);
    nodes.put(1L, root);
    this.server = start(new HostPort("127.0.0.1", 0));
    this.address = server.address();
  }

  synchronized void add(FakeDataserver dataserver) {
    servers.put(new NodeId(servers.size() + 1), dataserver);
  }

  synchronized void addGroup(int... members) {
    List<NodeId> nodes = new ArrayList<>();
    for (int m : members) {
      nodes.add(new NodeId(m));
    }
    groups.add(new Group(new GroupId(groups.size() + 1), members.length, 1, nodes));
  }

  private NetServer start(HostPort at) {
    return NetServer.start(
        threads,
        at,
        NetLimits.DEFAULT,
        hello -> new Reply.Welcome(1, "fake-cluster", "fake"),
        this::handle);
  }

  public void stop() {
    server.close();
  }

  public void restart() {
    server.close();
    server = start(address);
  }

  /** All sessions end, as when their leases were missed. */
  public synchronized void endSessions() {
    sessions.clear();
  }

  public synchronized List<Extent> layout(InodeId inode) {
    return node(inode).layout.copy();
  }

  public synchronized int opens(InodeId inode) {
    return node(inode).opens;
  }

  private void handle(Call call) {
    call.payload().release();
    calls.incrementAndGet();
    Object answer;
    synchronized (this) {
      answer = answer(call.message());
    }
    boolean swallow =
        call.message() instanceof Mutation
            && repliesToSwallow.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    if (swallow) {
      threadsRestart();
    } else if (answer instanceof FsException e) {
      call.fail(e);
    } else {
      call.reply((Reply) answer);
    }
  }

  private void threadsRestart() {
    Thread t = new Thread(this::restart);
    t.setDaemon(true);
    t.start();
  }

  private Object answer(Message message) {
    try {
      if (message instanceof Mutation m) {
        RequestId id = m.request();
        Map<Integer, Remembered> slots = sessions.get(id.session().value());
        if (slots == null) {
          throw new FsException(Errno.ESTALE, "session " + id.session() + " has ended");
        }
        Remembered r = slots.get(id.slot());
        if (r != null && r.sequence() == id.sequence()) {
          return r.reply();
        }
        if (id.sequence() != (r == null ? 1 : r.sequence() + 1)) {
          throw new FsException(Errno.EPROTO, "sequence " + id + " after " + r);
        }
        executed.incrementAndGet();
        Object reply;
        try {
          reply = mutate(m);
        } catch (FsException e) {
          reply = e;
        }
        slots.put(id.slot(), new Remembered(id.sequence(), reply));
        return reply;
      }
      return query((Query) message);
    } catch (FsException e) {
      return e;
    } catch (RuntimeException e) {
      e.printStackTrace();
      return FsException.of(e);
    }
  }

  private Node node(InodeId inode) {
    Node n = nodes.get(inode.value());
    if (n == null) {
      throw new FsException(Errno.ENOENT, "no inode " + inode);
    }
    return n;
  }

  private Node child(InodeId parent, Name name) {
    Long inode = node(parent).entries.get(name);
    if (inode == null) {
      throw new FsException(Errno.ENOENT, "no entry " + name);
    }
    return nodes.get(inode);
  }

  private void session(SessionId id) {
    if (!sessions.containsKey(id.value())) {
      throw new FsException(Errno.ESTALE, "session " + id + " has ended");
    }
  }

  private Reply query(Query q) {
    if (q instanceof Query.OpenSession o) {
      if (o.resume().equals(SessionId.NONE)) {
        sessions.put(nextSession, new HashMap<>());
        return new Reply.SessionOpened(
            new SessionId(nextSession++), 3000, 8, "fake-cluster", settings);
      }
      session(o.resume());
      return new Reply.SessionOpened(o.resume(), 3000, 8, "fake-cluster", settings);
    } else if (q instanceof Query.KeepAlive k) {
      session(k.session());
      return Reply.Done.DONE;
    } else if (q instanceof Query.CloseSession c) {
      sessions.remove(c.session().value());
      return Reply.Done.DONE;
    } else if (q instanceof Query.AssertOpen || q instanceof Query.SyncMetadata) {
      return Reply.Done.DONE;
    } else if (q instanceof Query.ReportReplica) {
      reports.incrementAndGet();
      return Reply.Done.DONE;
    } else if (q instanceof Query.StatFs) {
      return new Reply.FsStats(1L << 40, 1L << 40, nodes.size(), settings);
    } else if (q instanceof Query.Lookup l) {
      return new Reply.Node(child(l.parent(), l.name()).attr);
    } else if (q instanceof Query.GetAttr g) {
      return new Reply.Node(node(g.inode()).attr);
    } else if (q instanceof Query.ReadDir r) {
      return listing(r);
    } else if (q instanceof Query.ReadLink r) {
      return new Reply.Bytes(node(r.inode()).target);
    } else if (q instanceof Query.Open o) {
      session(o.session());
      Node n = node(o.inode());
      n.opens++;
      boolean current = o.knownVersion() == n.attr.version();
      return new Reply.Opened(n.attr, current ? null : layout(n, 0, pageExtents), false);
    } else if (q instanceof Query.Release r) {
      session(r.session());
      r.closes().forEach(close -> node(close.inode()).opens -= close.count());
      return Reply.Done.DONE;
    } else if (q instanceof Query.GetLayout g) {
      return new Reply.LayoutPart(
          layout(node(g.inode()), g.offset(), Math.min(pageExtents, g.maxExtents())));
    } else if (q instanceof Query.GetGroups) {
      return groupTable();
    } else if (q instanceof Query.GetXattr g) {
      byte[] value = node(g.inode()).xattrs.get(g.name());
      if (value == null) {
        throw new FsException(Errno.ENODATA, "no attribute");
      }
      return new Reply.Bytes(value);
    }
    throw new FsException(Errno.ENOSYS, "fake: " + q);
  }

  private Reply listing(Query.ReadDir r) {
    Node dir = node(r.directory());
    List<DirEntry> entries = new ArrayList<>();
    long cookie = 0;
    for (Map.Entry<Name, Long> e : dir.entries.entrySet()) {
      cookie++;
      if (cookie > r.cookie() && entries.size() < r.maxEntries()) {
        Attr a = nodes.get(e.getValue()).attr;
        entries.add(new DirEntry(e.getKey(), a.inode(), a.type(), cookie, a));
      }
    }
    return new Reply.Listing(new InodeId(dir.parent), entries, false);
  }

  private Reply groupTable() {
    List<ServerInfo> infos = new ArrayList<>();
    servers.forEach(
        (id, s) ->
            infos.add(
                new ServerInfo(
                    id,
                    s.address.toString(),
                    "h" + id.value(),
                    "",
                    ServerInfo.State.ONLINE,
                    1L << 40,
                    0,
                    1L << 40,
                    0,
                    0,
                    "fake",
                    0,
                    ServerWish.NONE)));
    return new Reply.Groups(1, groups, infos);
  }

  private static Layout layout(Node n, long offset, int max) {
    List<Extent> found = new ArrayList<>();
    for (Extent e : n.layout.all()) {
      if (e.fileEnd() <= offset) {
        continue;
      }
      if (found.size() == max) {
        return new Layout(n.attr.version(), found, e.fileOffset());
      }
      found.add(e);
    }
    return new Layout(n.attr.version(), found, -1);
  }

  private Reply mutate(Mutation m) {
    if (m instanceof Mutation.Create c) {
      Node dir = node(c.parent());
      Long existing = dir.entries.get(c.name());
      if (existing != null && c.exclusive()) {
        throw new FsException(Errno.EEXIST, "exists: " + c.name());
      }
      Node n =
          existing == null
              ? make(c.parent(), c.name(), FileType.REGULAR, c.mode())
              : nodes.get(existing);
      n.opens++;
      return new Reply.Opened(n.attr, layout(n, 0, pageExtents), existing == null);
    } else if (m instanceof Mutation.Mkdir d) {
      return new Reply.Node(make(d.parent(), d.name(), FileType.DIRECTORY, d.mode()).attr);
    } else if (m instanceof Mutation.Symlink s) {
      Node n = make(s.parent(), s.name(), FileType.SYMLINK, 0777);
      n.target = s.target();
      return new Reply.Node(n.attr);
    } else if (m instanceof Mutation.Unlink u) {
      Node n = child(u.parent(), u.name());
      node(u.parent()).entries.remove(u.name());
      n.attr = with(n.attr, n.attr.sizeBytes(), n.attr.mtime(), n.attr.version(), 0);
      return new Reply.Node(n.attr);
    } else if (m instanceof Mutation.Rmdir u) {
      Node n = child(u.parent(), u.name());
      node(u.parent()).entries.remove(u.name());
      return new Reply.Node(n.attr);
    } else if (m instanceof Mutation.Rename r) {
      Node n = child(r.parent(), r.name());
      node(r.parent()).entries.remove(r.name());
      Long replaced = node(r.newParent()).entries.put(r.newName(), n.attr.inode().value());
      return new Reply.Renamed(n.attr, replaced == null ? null : nodes.get(replaced).attr);
    } else if (m instanceof Mutation.SetAttr s) {
      Node n = node(s.inode());
      long size = n.attr.sizeBytes();
      long version = n.attr.version();
      if (s.sizeBytes() != null) {
        size = s.sizeBytes();
        version++;
        n.layout.cut(size, Long.MAX_VALUE);
      }
      Timestamp mtime = s.mtime() != null ? s.mtime() : n.attr.mtime();
      n.attr = with(n.attr, size, mtime, version, n.attr.nlink());
      return new Reply.Node(n.attr);
    } else if (m instanceof Mutation.SetXattr x) {
      node(x.inode()).xattrs.put(x.name(), x.value());
      return Reply.Done.DONE;
    } else if (m instanceof Mutation.RemoveXattr x) {
      node(x.inode()).xattrs.remove(x.name());
      return Reply.Done.DONE;
    } else if (m instanceof Mutation.AllocateChunk a) {
      return allocate(a);
    } else if (m instanceof Mutation.Commit c) {
      commits.incrementAndGet();
      longestCommit.accumulateAndGet(c.extents().size(), Math::max);
      Node n = node(c.inode());
      long size = n.attr.sizeBytes();
      long moved =
          c.append() && !c.extents().isEmpty() ? size - c.extents().get(0).fileOffset() : 0;
      for (Extent e : c.extents()) {
        Extent at = new Extent(e.fileOffset() + moved, e.length(), e.chunk(), e.chunkOffset());
        n.layout.add(at);
        size = Math.max(size, at.fileEnd());
      }
      Timestamp mtime = c.mtime() == null ? n.attr.mtime() : c.mtime();
      n.attr = with(n.attr, size, mtime, n.attr.version() + 1, n.attr.nlink());
      return new Reply.Node(n.attr);
    }
    if (m instanceof Mutation.Allocate a) {
      return allocate(node(a.inode()), a);
    } else if (m instanceof Mutation.CloneRange c) {
      return cloneRange(c);
    } else if (m instanceof Mutation.CreateUnnamed c) {
      Node n = new Node();
      n.attr = attr(nextInode++, FileType.REGULAR, c.mode() & ~c.umask(), 0, 0);
      n.opens++;
      nodes.put(n.attr.inode().value(), n);
      return new Reply.Opened(n.attr, layout(n, 0, pageExtents), true);
    } else if (m instanceof Mutation.SetLock) {
      locks.add(m);
      return Reply.Done.DONE;
    }
    throw new FsException(Errno.ENOSYS, "fake: " + m);
  }

  /** Punches and zeroes, an extent at a time, as if each were a thousand. */
  private static Reply allocate(Node n, Mutation.Allocate a) {
    long size = n.attr.sizeBytes();
    long done = a.length();
    if ((a.mode() & Mutation.Allocate.KEEP_SIZE) == 0) {
      size = Math.max(size, a.offset() + a.length());
    }
    if ((a.mode() & ~Mutation.Allocate.KEEP_SIZE) != 0) {
      Extent first = n.layout.at(a.offset());
      if (first != null) {
        done = Math.min(done, Math.max(1, first.fileEnd() - a.offset()));
      }
      n.layout.cut(a.offset(), a.offset() + done);
    }
    n.attr = with(n.attr, size, n.attr.mtime(), n.attr.version() + 1, n.attr.nlink());
    return new Reply.Ranged(n.attr, done);
  }

  private Reply cloneRange(Mutation.CloneRange c) {
    Node from = node(c.from());
    Node to = node(c.to());
    long length = Math.min(c.length(), from.attr.sizeBytes() - c.fromOffset());
    if (length <= 0) {
      return new Reply.Ranged(to.attr, 0);
    }
    Extent first = from.layout.at(c.fromOffset());
    if (first != null && first.fileOffset() <= c.fromOffset()) {
      length = Math.min(length, first.fileEnd() - c.fromOffset());
    } else if (first != null) {
      length = Math.min(length, first.fileOffset() - c.fromOffset());
      first = null;
    }
    to.layout.cut(c.toOffset(), c.toOffset() + length);
    if (first != null) {
      Extent part = ExtentMap.part(first, c.fromOffset(), c.fromOffset() + length);
      to.layout.add(new Extent(c.toOffset(), part.length(), part.chunk(), part.chunkOffset()));
    }
    long size = Math.max(to.attr.sizeBytes(), c.toOffset() + length);
    to.attr = with(to.attr, size, to.attr.mtime(), to.attr.version() + 1, to.attr.nlink());
    return new Reply.Ranged(to.attr, length);
  }

  private Reply allocate(Mutation.AllocateChunk a) {
    for (int i = 0; i < groups.size(); i++) {
      Group g = groups.get((turn + i) % groups.size());
      if (g.members().stream().noneMatch(a.avoid()::contains)) {
        turn += i + 1;
        return new Reply.ChunkAllocated(ChunkId.of(g.id(), nextChunk++), g);
      }
    }
    throw new FsException(Errno.ENOSPC, "no group has room");
  }

  private Node make(InodeId parent, Name name, FileType type, int mode) {
    Node dir = node(parent);
    if (dir.entries.containsKey(name)) {
      throw new FsException(Errno.EEXIST, "exists: " + name);
    }
    Node n = new Node();
    long inode = nextInode++;
    n.attr = attr(inode, type, mode, 0, 0);
    n.parent = parent.value();
    nodes.put(inode, n);
    dir.entries.put(name, inode);
    return n;
  }

  private Attr attr(long inode, FileType type, int mode, long size, long version) {
    Timestamp now = Timestamp.of(Instant.now());
    return new Attr(
        new InodeId(inode),
        type,
        mode,
        1,
        0,
        0,
        0,
        size,
        size,
        now,
        now,
        now,
        now,
        version,
        settings);
  }

  private static Attr with(Attr a, long size, Timestamp mtime, long version, int nlink) {
    return new Attr(
        a.inode(),
        a.type(),
        a.mode(),
        nlink,
        a.uid(),
        a.gid(),
        a.rdev(),
        size,
        size,
        a.atime(),
        mtime,
        Timestamp.of(Instant.now()),
        a.btime(),
        version,
        a.settings());
  }

  @Override
  public void close() {
    server.close();
  }
}
