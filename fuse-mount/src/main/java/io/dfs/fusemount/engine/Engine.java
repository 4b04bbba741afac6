package io.dfs.fusemount.engine;

/** A mounted filesystem that is being served. Shared. */
public interface Engine {
  /**
   * Waits until the filesystem has been unmounted, by whomever, and every request is answered; then
   * releases what was open still. Once.
   */
  void awaitUnmount() throws InterruptedException;

  /** Whether another process can go on with the mount. */
  default boolean canBeTakenOver() {
    return false;
  }
}
