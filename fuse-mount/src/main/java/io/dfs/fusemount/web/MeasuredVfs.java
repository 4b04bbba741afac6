package io.dfs.fusemount.web;

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
 * Times every operation of a {@link Vfs} under its method's name. Shared. A proxy, so that no
 * operation is forgotten; it costs a microsecond, and only mounts that are watched have it.
 */
final class MeasuredVfs implements InvocationHandler {
  private final Vfs vfs;
  private final OperationTimers timers;

  private MeasuredVfs(Vfs vfs, OperationTimers timers) {
    this.vfs = vfs;
    this.timers = timers;
  }

  static Vfs of(Vfs vfs, OperationTimers timers) {
    return (Vfs)
        Proxy.newProxyInstance(
            Vfs.class.getClassLoader(), new Class<?>[] {Vfs.class}, new MeasuredVfs(vfs, timers));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    long began = System.nanoTime();
    Object answer;
    try {
      answer = method.invoke(vfs, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
    if (answer instanceof CompletableFuture<?> future) {
      // Its dependents are ours alone: the caller gets the very future, which it may cancel.
      var unused =
          future.whenComplete(
              (value, failure) -> {
                timers.took(method.getName(), System.nanoTime() - began);
                if (failure != null) {
                  timers.failed(method.getName(), FsException.of(failure).errno());
                }
              });
    }
    return answer;
  }
}
