package io.dfs.dataserver.server;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.CopyWork;
import io.dfs.common.message.ClusterRequest.Heartbeat;
import io.dfs.common.message.ClusterRequest.Inventory;
import io.dfs.common.message.ClusterRequest.Register;
import io.dfs.common.message.ClusterRequest.TakeRewrite;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Query.ReportReplica;
import io.dfs.common.message.Reply;
import io.dfs.common.message.RewriteTask;
import io.dfs.common.net.Call;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetServer;
import io.dfs.common.net.NetThreads;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A nameserver that knows dataservers only. */
public final class FakeNameserver implements AutoCloseable {
  public static final String CLUSTER = "test-cluster";

  private final NetServer server;
  private final AtomicInteger nodes = new AtomicInteger();
  public final List<Register> registrations = new CopyOnWriteArrayList<>();
  public final Set<ChunkId> toDelete = ConcurrentHashMap.newKeySet();
  public final Set<ChunkId> confirmed = ConcurrentHashMap.newKeySet();
  public final Set<ChunkId> inventory = ConcurrentHashMap.newKeySet();
  public final Map<NodeId, Heartbeat> lastHeartbeat = new ConcurrentHashMap<>();
  public final Queue<RewriteTask> rewrites = new ConcurrentLinkedQueue<>();
  public final Queue<RewriteTask.Result> rewritten = new ConcurrentLinkedQueue<>();
  public final Queue<ReportReplica> reports = new ConcurrentLinkedQueue<>();
  public final Map<NodeId, Queue<CopyOrder>> copies = new ConcurrentHashMap<>();
  public final Queue<CopyResult> copied = new ConcurrentLinkedQueue<>();
  public volatile boolean forgetful;

  public FakeNameserver(NetThreads threads) {
    this(threads, new HostPort("127.0.0.1", 0));
  }

  public FakeNameserver(NetThreads threads, HostPort address) {
    server =
        NetServer.start(
            threads,
            address,
            NetLimits.DEFAULT,
            hello -> new Reply.Welcome(Hello.PROTOCOL, CLUSTER, "test"),
            this::handle);
  }

  public HostPort address() {
    return server.address();
  }

  private void handle(Call call) {
    call.payload().release();
    Message message = call.message();
    if (message instanceof Register register) {
      registrations.add(register);
      forgetful = false;
      NodeId node =
          register.node().value() == 0 ? new NodeId(nodes.incrementAndGet()) : register.node();
      call.reply(new Reply.Registered(node, CLUSTER, 50));
    } else if (message instanceof Heartbeat heartbeat) {
      if (forgetful) {
        throw new FsException(Errno.ESTALE, "register first");
      }
      confirmed.addAll(heartbeat.deleted());
      toDelete.removeAll(heartbeat.deleted());
      lastHeartbeat.put(heartbeat.node(), heartbeat);
      call.reply(
          new Reply.HeartbeatAnswer(
              List.copyOf(toDelete), !orders(heartbeat.node()).isEmpty(), false, false));
    } else if (message instanceof CopyWork work) {
      copied.addAll(work.results());
      CopyOrder order = work.room() > 0 ? orders(work.node()).poll() : null;
      call.reply(new Reply.CopyOrders(order == null ? List.of() : List.of(order), 1L << 30));
    } else if (message instanceof Inventory batch) {
      inventory.addAll(batch.chunks());
      call.reply(new Reply.Garbage(List.of()));
    } else if (message instanceof TakeRewrite take) {
      rewritten.addAll(take.results());
      RewriteTask next = rewrites.poll();
      call.reply(new Reply.Rewrites(next == null ? List.of() : List.of(next), 20));
    } else if (message instanceof ReportReplica report) {
      reports.add(report);
      call.reply(Reply.Done.DONE);
    }
  }

  public Queue<CopyOrder> orders(NodeId node) {
    return copies.computeIfAbsent(node, unused -> new ConcurrentLinkedQueue<>());
  }

  @Override
  public void close() {
    server.close();
  }
}
