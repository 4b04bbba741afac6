package io.dfs.system.kit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way to a server that can be cut: then its connections break and new ones go nowhere. Shared; a
 * thread for each direction of a connection.
 */
public final class Proxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /**
   * @param target a port of loopback
   */
  public Proxy(int target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  public void cut() {
    cut = true;
    open.forEach(Proxy::close);
  }

  public void mend() {
    cut = false;
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket from = listener.accept();
        if (cut) {
          close(from);
          continue;
        }
        open.add(from);
        start(() -> serve(from));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket from) {
    Socket to = new Socket();
    open.add(to);
    try {
      to.connect(new InetSocketAddress("127.0.0.1", target), 3000);
      start(() -> pump(to, from));
      pump(from, to);
    } catch (IOException e) {
      close(from);
      close(to);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int n = in.read(buffer);
      while (n >= 0) {
        out.write(buffer, 0, n);
        n = in.read(buffer);
      }
    } catch (IOException e) {
      // Cut, or one of the two has ended.
    }
    close(from);
    close(to);
    open.remove(from);
    open.remove(to);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(Proxy::close);
  }
}
