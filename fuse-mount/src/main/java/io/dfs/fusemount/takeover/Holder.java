package io.dfs.fusemount.takeover;

import io.dfs.common.error.FsException;
import java.util.List;
import java.util.Optional;

/** A mount that this process serves and another one may take over. Shared. */
public interface Holder {
  /** Why it cannot be taken over at all, for people, with what to do; empty when it can. */
  Optional<String> refusal();

  /** How it was mounted, as arguments of the command. */
  List<String> arguments();

  /**
   * Stops serving, when what programs have under way is done.
   *
   * @throws FsException when that cannot be; then it serves on
   */
  Handover hold() throws InterruptedException;

  /** After {@link #hold}. */
  int[] descriptors();

  /** After {@link #hold}: nobody has taken over, so it serves on. */
  void goOn();

  /** After {@link #hold}: another process serves the mount. This one is to end. */
  void handedOver() throws InterruptedException;
}
