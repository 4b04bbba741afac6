package io.dfs.dataserver.report;

import com.google.errorprone.annotations.Var;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ClusterRequest.Capacity;
import io.dfs.common.message.ClusterRequest.Heartbeat;
import io.dfs.common.message.ClusterRequest.Register;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.dfs.common.net.NetClient;
import io.dfs.dataserver.replicate.Copier;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.Disks;
import io.dfs.dataserver.store.Identity;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the nameserver informed, for as long as the process lives: registers, sends heartbeats,
 * tells the inventory, deletes and copies what it is told. A nameserver that cannot be reached is
 * tried again for ever. Shared; the work is done by a few threads of its own.
 *
 * <pre>
 * LOST -> REGISTERED      a nameserver answered; first tries follow each other fast, then slower
 * REGISTERED -> LOST      the connection broke or it did not answer
 * REGISTERED -> REGISTERED  it had forgotten this server (ESTALE), which registers again at once
 * </pre>
 */
public final class Reporter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reporter.class);
  private static final int MIN_BACKOFF_MS = 100;
  private static final int MAX_BACKOFF_MS = 5000;

  /** Different messages while no nameserver answers; each is given once. */
  private static final int MAX_COMPLAINTS = 10;

  /** Ids in one heartbeat: 90 KB. */
  private static final int MAX_DELETED = 10_000;

  /**
   * How this server appears to others.
   *
   * @param address as others call it; asked at each registration
   * @param capacity its space and load as of now
   */
  public record Self(
      Supplier<HostPort> address,
      String host,
      String rack,
      String version,
      Supplier<Capacity> capacity) {}

  private final Disks disks;
  private final Self self;
  private final NameserverLink link;
  private final Deletions deletions;
  private final Thread heartbeats = new Thread(this::run, "heartbeat");
  private final Inventories inventories;
  private final CopyWork copies;
  private final Audit audit;
  private volatile boolean stopped;

  /**
   * @param hello what to say to a nameserver
   * @param inventoryInterval between the ends and beginnings of walks over the disks
   * @param copier gets the copies that the nameserver orders; whoever made it closes it
   */
  public Reporter(
      ChunkStore store,
      Disks disks,
      Self self,
      NetClient client,
      List<HostPort> nameservers,
      Supplier<Hello> hello,
      Duration inventoryInterval,
      Copier copier) {
    this.disks = disks;
    this.self = self;
    this.link = new NameserverLink(client, nameservers, hello);
    this.deletions = new Deletions(store);
    this.inventories = new Inventories(store, disks, link, deletions, inventoryInterval);
    this.copies = new CopyWork(copier, deletions, link, disks);
    this.audit = new Audit(store, disks, link);
    heartbeats.setDaemon(true);
  }

  /** For what other rooms have to ask or to tell. */
  public NameserverCalls nameserver() {
    return link;
  }

  public void start() {
    heartbeats.start();
    inventories.start();
    copies.start();
    audit.start();
  }

  private void run() {
    @Var int backoffMs = MIN_BACKOFF_MS;
    Set<String> complaints = new HashSet<>();
    try {
      while (!stopped) {
        try {
          link.connect();
          int intervalMs = register();
          backoffMs = MIN_BACKOFF_MS;
          complaints.clear();
          sendHeartbeats(intervalMs);
        } catch (FsException | IOException e) {
          String complaint = String.valueOf(e.getMessage());
          if (!stopped && complaints.size() < MAX_COMPLAINTS && complaints.add(complaint)) {
            log.warn("no nameserver: {}; trying again until one answers", complaint);
          }
          Thread.sleep(backoffMs);
          backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS);
        }
      }
    } catch (InterruptedException e) {
      log.debug("heartbeats end");
    } catch (RuntimeException e) {
      log.error("heartbeats end by a fault of this program; restart the dataserver", e);
    }
  }

  /** Gives the interval of heartbeats. */
  private int register() throws InterruptedException, IOException {
    Identity own = disks.identity();
    Reply.Registered registered =
        link.call(
            new Register(
                own.node(),
                own.token(),
                own.clusterId(),
                self.address.get().toString(),
                self.host,
                self.rack,
                self.version,
                self.capacity.get()),
            Reply.Registered.class);
    if (!own.clusterId().isEmpty() && !own.clusterId().equals(registered.clusterId())) {
      throw new FsException(
          Errno.EINVAL,
          String.format(
              "it is of cluster %s, but these disks of %s",
              registered.clusterId(), own.clusterId()));
    }
    disks.adopt(registered.clusterId(), registered.node());
    log.info("registered as {} of cluster {}", registered.node(), registered.clusterId());
    inventories.registered();
    return Math.max(10, registered.heartbeatMs());
  }

  private void sendHeartbeats(@Var int intervalMs) throws InterruptedException, IOException {
    while (!stopped) {
      List<ChunkId> gone = deletions.gone(MAX_DELETED);
      try {
        Reply.HeartbeatAnswer answer =
            link.call(
                new Heartbeat(disks.identity().node(), self.capacity.get(), gone),
                Reply.HeartbeatAnswer.class);
        deletions.confirmed(gone);
        deletions.add(answer.delete());
        follow(answer);
      } catch (FsException e) {
        if (e.errno() != Errno.ESTALE) {
          throw e;
        }
        intervalMs = register();
      }
      Thread.sleep(intervalMs);
    }
  }

  private void follow(Reply.HeartbeatAnswer answer) {
    if (answer.copies()) {
      copies.wake();
    }
    if (answer.inventory()) {
      inventories.ask();
    }
    if (answer.audit()) {
      audit.ask();
    }
  }

  @Override
  public void close() {
    stopped = true;
    heartbeats.interrupt();
    inventories.close();
    copies.close();
    audit.close();
    link.close();
  }
}
