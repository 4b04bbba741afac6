package io.dfs.dataserver.report;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connection to whichever nameserver answers. Shared; its methods wait. */
final class NameserverLink implements NameserverCalls, AutoCloseable {
  private static final int CONNECT_TIMEOUT_MS = 3000;
  private static final int CALL_TIMEOUT_MS = 10_000;

  private final NetClient client;
  private final List<HostPort> addresses;
  private final Supplier<Hello> hello;

  @GuardedBy("this")
  private @Nullable Connection connection;

  @GuardedBy("this")
  private int next;

  @GuardedBy("this")
  private boolean closed;

  NameserverLink(NetClient client, List<HostPort> addresses, Supplier<Hello> hello) {
    this.client = client;
    this.addresses = List.copyOf(addresses);
    this.hello = hello;
  }

  /** Makes a new connection, to the next address of the list. */
  void connect() throws InterruptedException {
    close();
    HostPort address;
    synchronized (this) {
      closed = false;
      address = addresses.get(next++ % addresses.size());
    }
    Connection made = await(client.connect(address, hello.get(), CONNECT_TIMEOUT_MS));
    synchronized (this) {
      if (!closed) {
        connection = made;
        return;
      }
    }
    made.close();
  }

  @Override
  public <R extends Reply> R call(Message request, Class<R> answer) throws InterruptedException {
    Connection open;
    synchronized (this) {
      open = connection;
    }
    if (open == null) {
      throw new FsException(Errno.EHOSTUNREACH, "no connection to a nameserver");
    }
    return await(open.call(request, null, CALL_TIMEOUT_MS).thenApply(r -> r.as(answer)));
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      // The network has its own deadline; this one is for what it forgets.
      return future.get(2L * CALL_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw FsException.of(e);
    }
  }

  @Override
  public void close() {
    Connection closable;
    synchronized (this) {
      closed = true;
      closable = connection;
      connection = null;
    }
    if (closable != null) {
      closable.close();
    }
  }
}
