package io.dfs.client.profile;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A look at a mount of this machine. The mount counts from the opening to the closing of it, and
 * gives a {@link Snapshot} for each byte that is sent. Confined to one thread.
 */
public final class ProfileSocket implements AutoCloseable {
  private final SocketChannel channel;
  private final BufferedReader in;

  private ProfileSocket(SocketChannel channel) {
    this.channel = channel;
    this.in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
  }

  /** The name of the socket of a mount, beside its pid file. */
  public static String name(String device) {
    return "mount-" + device.replace(':', '-') + ".sock";
  }

  /**
   * Opens that of a mount.
   *
   * @param mount what to call it
   * @param device of the mount, {@code MAJOR:MINOR}
   * @throws FsException ENOENT when it has none that can be found; EACCES
   */
  public static ProfileSocket open(Path mount, String device) throws IOException {
    for (Path folder : RuntimeFolders.all()) {
      Path socket = folder.resolve(name(device));
      if (!Files.exists(socket)) {
        continue;
      }
      if (!Files.isWritable(socket)) {
        throw new FsException(
            Errno.EACCES, mount + " is somebody else's mount; ask as its user or as root");
      }
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new ProfileSocket(channel);
      } catch (IOException e) {
        channel.close();
        throw new IOException(
            "the process of the mount "
                + mount
                + " does not answer at "
                + socket
                + ": "
                + e.getMessage()
                + "; dfs doctor checks mounts",
            e);
      }
    }
    throw new FsException(
        Errno.ENOENT,
        mount
            + " cannot be looked at: its process has no socket in /run/dfs or the folder of its user"
            + " (XDG_RUNTIME_DIR). Mount it again if it is of an older version of dfs");
  }

  /**
   * The counts now.
   *
   * @throws IOException when the mount has ended
   * @throws FsException EPROTO when the mount is of another version
   */
  public Snapshot next() throws IOException {
    try {
      channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
      return Snapshot.read(in);
    } catch (IOException e) {
      throw new IOException("the mount has ended, or too many look at it already", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
