package io.dfs.fusemount.server;

import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.VfsState;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.linux.LinuxEngine;
import io.dfs.fusemount.takeover.Handover;
import io.dfs.fusemount.takeover.Holder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mount of this process, for another one to take over: its engine and its client. Shared. */
final class MountHolder implements Holder {
  private static final Logger LOG = LoggerFactory.getLogger(MountHolder.class);

  /** For requests to end, and again for what was written to be committed. */
  private static final Duration LIMIT = Duration.ofSeconds(15);

  /** For the kernel to hear what it was to be told. */
  private static final int TELLING_S = 5;

  private final DfsVfs vfs;
  private final Engine engine;
  private final List<String> arguments;
  private final WarmUp warmUp;
  private final Runnable onHandedOver;

  /**
   * @param onHandedOver ends this process
   */
  MountHolder(
      DfsVfs vfs, Engine engine, List<String> arguments, WarmUp warmUp, Runnable onHandedOver) {
    this.vfs = vfs;
    this.engine = engine;
    this.arguments = List.copyOf(arguments);
    this.warmUp = warmUp;
    this.onHandedOver = onHandedOver;
  }

  @Override
  public Optional<String> refusal() {
    return engine.canBeTakenOver()
        ? Optional.empty()
        : Optional.of(
            "the mount is of the engine jnr, which cannot hand it over: unmount, and mount again"
                + " (the engine linux can)");
  }

  @Override
  public List<String> arguments() {
    return arguments;
  }

  private LinuxEngine linux() {
    if (engine instanceof LinuxEngine linux) {
      return linux;
    }
    throw new IllegalStateException("an engine that cannot be taken over");
  }

  @Override
  public Handover hold() throws InterruptedException {
    LinuxEngine linux = linux();
    long began = System.nanoTime();
    warmUp.end();
    linux.hold(LIMIT);
    boolean held = false;
    try {
      VfsState state = vfs.hold(LIMIT);
      Handover handover = new Handover(state, linux.state());
      held = true;
      LOG.info(
          "held for another process after {} ms, with {} open files",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
          state.handles().size());
      return handover;
    } finally {
      if (!held) {
        linux.goOn();
      }
    }
  }

  @Override
  public int[] descriptors() {
    return linux().descriptors();
  }

  @Override
  public void goOn() {
    vfs.goOn();
    linux().goOn();
  }

  @Override
  public void handedOver() throws InterruptedException {
    try {
      linux().told().get(TELLING_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the kernel was not told all that it is to forget", e);
    }
    vfs.leave();
    onHandedOver.run();
  }
}
