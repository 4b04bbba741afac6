package io.dfs.fusemount.takeover;

import static io.dfs.fusemount.takeover.Step.ACCEPTED;
import static io.dfs.fusemount.takeover.Step.GO;
import static io.dfs.fusemount.takeover.Step.HELLO;
import static io.dfs.fusemount.takeover.Step.OFFER;
import static io.dfs.fusemount.takeover.Step.READY;
import static io.dfs.fusemount.takeover.Step.REFUSED;
import static io.dfs.fusemount.takeover.Step.SERVING;
import static io.dfs.fusemount.takeover.Step.STATE;
import static io.dfs.fusemount.takeover.Step.WITHDRAWN;

import io.dfs.common.error.FsException;
import io.dfs.fusemount.linux.channel.LibC;
import io.dfs.fusemount.linux.channel.LocalSocket;
import io.dfs.fusemount.linux.channel.LocalSocket.Message;
import io.dfs.fusemount.linux.channel.LocalSocket.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a process that takes the mount over, and hands it over. Shared; one thread, which
 * serves one such process at a time. Whatever goes wrong before the other one serves, this one goes
 * on.
 */
public final class TakeoverServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TakeoverServer.class);

  /** For a question that the other process answers at once. */
  private static final Duration SOON = Duration.ofSeconds(10);

  /** For a Java process to get ready; programs notice nothing of it. */
  private static final Duration PREPARING = Duration.ofSeconds(30);

  /** For one to take up the session, while programs wait; as long as the nameserver may take. */
  private static final Duration TAKING = Duration.ofSeconds(20);

  private final Path path;
  private final LocalSocket socket;
  private final Holder holder;

  private TakeoverServer(Path path, LocalSocket socket, Holder holder) {
    this.path = path;
    this.socket = socket;
    this.holder = holder;
  }

  /**
   * Starts to listen.
   *
   * @param path of the socket, in a folder that is there; what is there goes
   * @throws FsException with the reason why not
   */
  public static TakeoverServer start(Path path, Holder holder) throws IOException {
    Files.deleteIfExists(path);
    LocalSocket socket = LocalSocket.listen(path);
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    TakeoverServer server = new TakeoverServer(path, socket, holder);
    Thread thread = new Thread(server::accept, "mount-takeover");
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  private void accept() {
    while (true) {
      try (LocalSocket peer = socket.accept()) {
        if (peer == null) {
          return;
        }
        if (serve(peer)) {
          return;
        }
      } catch (FsException e) {
        LOG.warn("the mount was not taken over: {}", e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        LOG.error("the mount was not taken over, by a fault in dfs", e);
      }
    }
  }

  /** True when the other process has the mount. */
  private boolean serve(LocalSocket peer) throws InterruptedException {
    peer.limit(SOON);
    Message hello = Step.receive(peer);
    Optional<String> refusal = refusal(peer, hello);
    if (refusal.isPresent()) {
      REFUSED.send(peer, Step.text(refusal.get()));
      LOG.info("refused to hand the mount over: {}", refusal.get());
      return false;
    }
    OFFER.send(peer, Step.text(String.join("\0", holder.arguments())));
    peer.limit(PREPARING);
    if (!READY.is(Step.receive(peer))) {
      LOG.info("the process that was to take the mount over did not get ready; going on");
      return false;
    }
    Handover handover;
    try {
      handover = holder.hold();
    } catch (FsException e) {
      REFUSED.send(peer, Step.text(String.valueOf(e.getMessage())));
      throw e;
    }
    boolean taken = false;
    try {
      taken = handOver(peer, handover);
    } finally {
      if (!taken) {
        withdraw(peer);
        holder.goOn();
        LOG.warn("the mount was not taken over; going on");
      }
    }
    if (taken) {
      holder.handedOver();
    }
    return taken;
  }

  private static Optional<String> mismatch(int version) {
    return version == Step.VERSION
        ? Optional.empty()
        : Optional.of(
            "the process that serves the mount hands over version "
                + Step.VERSION
                + ", this one takes version "
                + version
                + ": unmount, and mount again");
  }

  private Optional<String> refusal(LocalSocket peer, @Nullable Message hello) {
    Peer who = peer.peer();
    if (who.uid() != LibC.LIBC.getuid()) {
      return Optional.of(
          "it is the mount of another user: take it over as the user who mounted it");
    }
    if (hello == null || !HELLO.is(hello)) {
      return Optional.of("that was no request to take a mount over");
    }
    Optional<String> mismatch = mismatch(Step.number(hello));
    return mismatch.isPresent() ? mismatch : holder.refusal();
  }

  /** True when the other process serves, or is about to. */
  private boolean handOver(LocalSocket peer, Handover handover) {
    peer.limit(TAKING);
    STATE.send(peer, handover.toBytes(), holder.descriptors());
    if (!ACCEPTED.is(Step.receive(peer))) {
      return false;
    }
    GO.send(peer);
    try {
      // Gone before it has served anything: this is the only one left.
      return SERVING.is(Step.receive(peer));
    } catch (FsException e) {
      LOG.warn("the process that has the mount does not say that it serves: {}", e.getMessage());
      return true;
    }
  }

  private static void withdraw(LocalSocket peer) {
    try {
      WITHDRAWN.send(peer);
    } catch (FsException e) {
      LOG.debug("the other process has gone", e);
    }
  }

  /** Listens no more; the socket's file is another process's. */
  public void leave() {
    socket.stop();
  }

  @Override
  public void close() {
    socket.stop();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", path, e.toString());
    }
  }
}
