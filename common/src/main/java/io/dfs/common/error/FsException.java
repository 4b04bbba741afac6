package io.dfs.common.error;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The one exception for what a user can meet. The message says what was being done to what and,
 * where a person will read it, what to do next. Expected outcomes (ENOENT of a lookup) are
 * frequent, so it has no stack trace unless there is a cause.
 */
public final class FsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Errno errno;

  public FsException(Errno errno, String message) {
    this(errno, message, null);
  }

  public FsException(Errno errno, String message, @Nullable Throwable cause) {
    super(message, cause, false, cause != null);
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }

  /**
   * The FsException in {@code failure} or among its causes; else an EIO (ETIMEDOUT for a timeout)
   * that wraps it.
   */
  public static FsException of(Throwable failure) {
    Throwable t = failure;
    while ((t instanceof CompletionException || t instanceof ExecutionException)
        && t.getCause() != null) {
      t = t.getCause();
    }
    if (t instanceof FsException e) {
      return e;
    }
    Errno errno =
        t instanceof TimeoutException
            ? Errno.ETIMEDOUT
            : t instanceof OutOfMemoryError ? Errno.ENOMEM : Errno.EIO;
    return new FsException(errno, errno.text() + ": " + t, t);
  }
}
