package io.dfs.nameserver.server;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Close;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetThreads;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A raw client with one session, one request at a time. Confined to a test's thread. */
public final class TestClient implements AutoCloseable {
  public static final Caller ROOT = Caller.ROOT;
  private static final int DEADLINE_MS = 20_000;

  public final Connection connection;
  public final SessionId session;
  private long sequence;

  public TestClient(NetThreads threads, HostPort address) {
    this(threads, address, SessionId.NONE);
  }

  public TestClient(NetThreads threads, HostPort address, SessionId resume) {
    connection =
        new NetClient(threads, NetLimits.DEFAULT)
            .connect(
                address,
                new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]),
                DEADLINE_MS)
            .join();
    session = call(new Query.OpenSession(resume, "test"), Reply.SessionOpened.class).session();
  }

  public <R extends Reply> R call(Message message, Class<R> type) {
    return send(message).join().as(type);
  }

  public CompletableFuture<io.dfs.common.net.Response> send(Message message) {
    return connection.call(message, null, DEADLINE_MS);
  }

  public RequestId next() {
    return new RequestId(session, 0, ++sequence);
  }

  public Reply.Opened create(InodeId parent, String name) {
    return call(
        new Mutation.Create(next(), ROOT, parent, Name.of(name), 0644, true, false),
        Reply.Opened.class);
  }

  public void release(InodeId inode) {
    call(new Query.Release(session, List.of(new Close(inode, 1, null))), Reply.Done.class);
  }

  public InodeId mkdir(InodeId parent, String name) {
    return call(new Mutation.Mkdir(next(), ROOT, parent, Name.of(name), 0755), Reply.Node.class)
        .attr()
        .inode();
  }

  public Reply.Node lookup(InodeId parent, String name) {
    return call(new Query.Lookup(ROOT, parent, Name.of(name)), Reply.Node.class);
  }

  public Reply.Registered register(String host, String token) {
    return call(
        new ClusterRequest.Register(
            NodeId.NONE,
            token,
            "",
            host + ":9701",
            host,
            "",
            "test",
            new ClusterRequest.Capacity(100L << 30, 0, 100L << 30, 0, 0)),
        Reply.Registered.class);
  }

  public List<ChunkId> heartbeat(NodeId node, List<ChunkId> deleted) {
    return call(
            new ClusterRequest.Heartbeat(
                node, new ClusterRequest.Capacity(100L << 30, 0, 100L << 30, 0, 0), deleted),
            Reply.HeartbeatAnswer.class)
        .delete();
  }

  @Override
  public void close() {
    connection.close();
  }
}
