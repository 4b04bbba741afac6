package io.dfs.fusemount.web;

import io.dfs.client.profile.Profile;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.FsException;
import io.dfs.common.metrics.OperationTimers;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Times every operation of a {@link Vfs} under its method's name, while somebody looks. Shared. A
 * proxy, so that no operation is forgotten; it costs a microsecond when somebody does, and a third
 * of that else.
 */
public final class MeasuredVfs implements InvocationHandler {
  private final Vfs vfs;
  private final Profile profile;
  private final @Nullable OperationTimers timers;

  private MeasuredVfs(Vfs vfs, Profile profile, @Nullable OperationTimers timers) {
    this.vfs = vfs;
    this.profile = profile;
    this.timers = timers;
  }

  /**
   * @param profile is told while it is watched
   * @param timers are told always; null when there are none
   */
  public static Vfs of(Vfs vfs, Profile profile, @Nullable OperationTimers timers) {
    return (Vfs)
        Proxy.newProxyInstance(
            Vfs.class.getClassLoader(),
            new Class<?>[] {Vfs.class},
            new MeasuredVfs(vfs, profile, timers));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    boolean watching = timers != null || profile.isWatched();
    long began = watching ? System.nanoTime() : 0;
    Object answer;
    try {
      answer = method.invoke(vfs, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
    if (watching && answer instanceof CompletableFuture<?> future) {
      // Its dependents are ours alone: the caller gets the very future, which it may cancel.
      var unused =
          future.whenComplete(
              (value, failure) -> answered(method.getName(), System.nanoTime() - began, failure));
    }
    return answer;
  }

  private void answered(String operation, long nanos, @Nullable Throwable failure) {
    if (timers != null) {
      timers.took(operation, nanos);
      if (failure != null) {
        timers.failed(operation, FsException.of(failure).errno());
      }
    }
    if (profile.isWatched()) {
      profile.answered(operation, nanos, failure != null);
    }
  }
}
