package io.dfs.dataserver.store;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.NodeId;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whose a directory is, in its file {@code dfs-dataserver}. The file is text for people, one {@code
 * key=value} a line, and is replaced whole.
 *
 * @param clusterId empty until the first registration
 * @param node {@link NodeId#NONE} until the first registration
 * @param token tells two servers with one number apart
 * @param disk this directory alone
 */
public record Identity(String clusterId, NodeId node, String token, UUID disk) {
  static final String FILE = "dfs-dataserver";
  private static final String FORMAT = "1";

  static Identity fresh(String token) {
    return new Identity("", NodeId.NONE, token, UUID.randomUUID());
  }

  boolean isRegistered() {
    return node.value() != 0;
  }

  /**
   * Reads a directory's identity, empty when it has none.
   *
   * @throws FsException EINVAL when the file makes no sense
   */
  static Optional<Identity> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Properties values = new Properties();
    try {
      values.load(new StringReader(Files.readString(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      if (!FORMAT.equals(values.getProperty("format"))) {
        throw new IllegalArgumentException("format " + values.getProperty("format"));
      }
      return Optional.of(
          new Identity(
              required(values, "cluster"),
              new NodeId(Integer.parseInt(required(values, "node"))),
              required(values, "token"),
              UUID.fromString(required(values, "disk"))));
    } catch (IllegalArgumentException e) {
      throw new FsException(
          Errno.EINVAL,
          file + " is not an identity that this program understands (" + e.getMessage() + ")");
    }
  }

  private static String required(Properties values, String key) {
    @Nullable String value = values.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }

  /** Replaces the directory's identity; afterwards it survives a power cut. */
  void write(Path directory) throws IOException {
    String text =
        "# Made by dfs; do not edit.\n"
            + ("format=" + FORMAT + "\n")
            + ("cluster=" + clusterId + "\n")
            + ("node=" + node.value() + "\n")
            + ("token=" + token + "\n")
            + ("disk=" + disk + "\n");
    replace(directory, FILE, text);
  }

  static void replace(Path directory, String name, String text) throws IOException {
    Path next = directory.resolve(name + ".new");
    try (FileChannel out =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(
        next,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    syncDirectory(directory);
  }

  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
