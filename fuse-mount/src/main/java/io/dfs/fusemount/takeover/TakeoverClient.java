package io.dfs.fusemount.takeover;

import static io.dfs.fusemount.takeover.Step.ACCEPTED;
import static io.dfs.fusemount.takeover.Step.GO;
import static io.dfs.fusemount.takeover.Step.HELLO;
import static io.dfs.fusemount.takeover.Step.OFFER;
import static io.dfs.fusemount.takeover.Step.READY;
import static io.dfs.fusemount.takeover.Step.REFUSED;
import static io.dfs.fusemount.takeover.Step.SERVING;
import static io.dfs.fusemount.takeover.Step.STATE;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.linux.channel.LibC;
import io.dfs.fusemount.linux.channel.LocalSocket;
import io.dfs.fusemount.linux.channel.LocalSocket.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a mount over from the process that serves it. Confined to one thread at a time; the methods
 * in their order, each once. Until {@link #accept} has returned the other process can go on, and
 * does when this is closed or its process ends.
 */
public final class TakeoverClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TakeoverClient.class);

  /** The other process lets programs finish first. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For a dead process to be seen to be dead. */
  private static final Duration DYING = Duration.ofSeconds(5);

  /** What the other process still does when this one serves. */
  private static final Duration ENDING = Duration.ofSeconds(2);

  private final LocalSocket socket;
  private final int pid;

  private TakeoverClient(LocalSocket socket, int pid) {
    this.socket = socket;
    this.pid = pid;
  }

  private static boolean hasEnded(int pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isEmpty()) {
      return true;
    }
    try {
      process.get().onExit().get(DYING.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /**
   * Connects to the process that serves the mount.
   *
   * @throws FsException EPERM when it is another user's, or with the reason
   */
  public static TakeoverClient connect(Path path) {
    LocalSocket socket = LocalSocket.connect(path);
    try {
      socket.limit(PATIENCE);
      LocalSocket.Peer peer = socket.peer();
      if (peer.uid() != LibC.LIBC.getuid()) {
        throw new FsException(
            Errno.EPERM,
            "it is the mount of another user: take it over as the user who mounted it");
      }
      return new TakeoverClient(socket, peer.pid());
    } catch (FsException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Asks for the mount.
   *
   * @return how it was mounted
   * @throws FsException EOPNOTSUPP when it is not handed over, with the reason
   */
  public List<String> ask() {
    HELLO.send(socket, Step.number(Step.VERSION));
    Message offer = expect(OFFER);
    return List.of(Step.text(offer).split("\0", -1));
  }

  /** What the other process had, and its descriptors, which are the caller's to close. */
  public record Taken(Handover handover, int[] descriptors) {}

  /**
   * Has the other process stop serving.
   *
   * @throws FsException EOPNOTSUPP when it does not, with the reason
   */
  public Taken take() {
    READY.send(socket);
    Message state = expect(STATE);
    try {
      return new Taken(Handover.of(state.payload()), state.descriptors());
    } catch (FsException e) {
      LocalSocket.closeAll(state.descriptors());
      throw e;
    }
  }

  private Message expect(Step step) {
    Message message = Step.receive(socket);
    if (message != null && step.is(message)) {
      return message;
    }
    if (message == null) {
      throw new FsException(
          Errno.EIO, "the process that serves the mount ended the conversation; see its log");
    }
    LocalSocket.closeAll(message.descriptors());
    if (REFUSED.is(message)) {
      throw new FsException(Errno.EOPNOTSUPP, Step.text(message));
    }
    throw new FsException(Errno.EPROTO, "the other process says " + message.type());
  }

  /**
   * All is taken over but the serving, which this process may begin when this returns.
   *
   * @throws FsException when the other process goes on
   */
  public void accept() {
    Message answer = null;
    try {
      ACCEPTED.send(socket);
      answer = Step.receive(socket);
    } catch (FsException e) {
      if (e.errno() == Errno.ETIMEDOUT) {
        throw e;
      }
      LOG.debug("no answer", e);
    }
    if (answer == null && hasEnded(pid)) {
      LOG.warn("the process that served the mount has died; going on in its place");
      return;
    }
    if (!GO.is(answer)) {
      throw new FsException(Errno.EIO, "the process that serves the mount goes on with it");
    }
  }

  /** To be called before the first request is served. */
  public void serving() {
    try {
      SERVING.send(socket);
    } catch (FsException e) {
      LOG.debug("the other process has gone", e);
    }
  }

  /** Returns when the other process has done its last about the mount, or after a while. */
  public void awaitEnd() {
    try {
      socket.limit(ENDING);
      Step.receive(socket);
    } catch (FsException e) {
      LOG.debug("the other process takes its time", e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
