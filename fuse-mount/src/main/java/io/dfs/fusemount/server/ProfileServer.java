package io.dfs.fusemount.server;

import io.dfs.client.profile.Profile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the {@link Profile} of a mount to {@code dfs profile}, which finds the socket by the
 * mount's device number; root and the user of the mount may open it. Shared; a thread for the
 * socket and one for each watcher, of whom there are few.
 */
final class ProfileServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileServer.class);
  private static final int MAX_WATCHERS = 8;

  private final Profile profile;
  private final Path socket;
  private final ServerSocketChannel channel;

  private ProfileServer(Profile profile, Path socket, ServerSocketChannel channel) {
    this.profile = profile;
    this.socket = socket;
    this.channel = channel;
  }

  /**
   * Starts to listen.
   *
   * @param socket the file to listen at, in a folder that is there
   */
  static ProfileServer start(Profile profile, Path socket) throws IOException {
    // The kernel gives the number of a mount whose process was killed to another.
    Files.deleteIfExists(socket);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    ProfileServer server = new ProfileServer(profile, socket, channel);
    daemon(server::accept).start();
    return server;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "mount-profile");
    thread.setDaemon(true);
    return thread;
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel watcher = channel.accept();
        if (profile.watch(MAX_WATCHERS)) {
          daemon(() -> serve(watcher)).start();
        } else {
          watcher.close();
        }
      }
    } catch (ClosedChannelException e) {
      LOG.debug("the mount ends");
    } catch (IOException e) {
      LOG.warn("dfs profile cannot look at this mount any more: {}", e.toString());
    }
  }

  private void serve(SocketChannel watcher) {
    try (watcher) {
      ByteBuffer wish = ByteBuffer.allocate(1);
      while (watcher.read(wish.clear()) > 0) {
        ByteBuffer text =
            ByteBuffer.wrap(profile.snapshot().toText().getBytes(StandardCharsets.UTF_8));
        while (text.hasRemaining()) {
          watcher.write(text);
        }
      }
    } catch (IOException e) {
      LOG.debug("a watcher has gone: {}", e.toString());
    } finally {
      profile.unwatch();
    }
  }

  /** Listens no more; the socket's file is another process's. */
  void leave() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("{} is not closed: {}", socket, e.toString());
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", socket, e.toString());
    }
  }
}
