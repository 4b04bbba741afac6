package io.dfs.common.message;

/**
 * A lock on a file.
 *
 * @param kind record locks (fcntl) and whole-file locks (flock) do not see each other
 * @param type what is asked for or held
 * @param owner who holds it within the session: two requests with the same owner never conflict
 * @param start first byte
 * @param end last byte, inclusive; {@link Long#MAX_VALUE} for "to the end of the file, however it
 *     grows"
 * @param pid the holder's process on its machine, for {@code F_GETLK}
 */
public record Lock(Kind kind, Type type, long owner, long start, long end, int pid) {
  /** The order is part of the wire and disk formats. */
  public enum Kind {
    POSIX,
    FLOCK
  }

  /** The order is part of the wire and disk formats. */
  public enum Type {
    READ,
    WRITE,
    UNLOCK
  }
}
