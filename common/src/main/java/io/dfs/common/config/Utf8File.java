package io.dfs.common.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a text file whole, or says plainly why not. */
final class Utf8File {
  private Utf8File() {}

  /**
   * The text of a file.
   *
   * @throws ConfigException if it cannot be read, or is not UTF-8
   */
  static String read(Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new ConfigException(path + ": is a directory; name the file in it");
      }
      return decode(path, Files.readAllBytes(path));
    } catch (IOException e) {
      throw explain(path, e);
    }
  }

  static ConfigException explain(Path path, IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return new ConfigException(
          path + ": no such file; check the name, or start from a copy of the packaged dfs.conf");
    } else if (failure instanceof AccessDeniedException) {
      return new ConfigException(
          path + ": permission denied; let user " + System.getProperty("user.name") + " read it");
    }
    return new ConfigException(path + ": cannot be read; check the disk (" + failure + ")");
  }

  private static String decode(Path path, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new ConfigException(
          String.format(
              "%s:%d: byte 0x%02X is not UTF-8; save the file as UTF-8",
              path, lineAt(bytes, in.position()), bytes[in.position()]));
    }
    return out.flip().toString();
  }

  private static int lineAt(byte[] bytes, int index) {
    int line = 1;
    for (int i = 0; i < index; i++) {
      if (bytes[i] == '\n') {
        line++;
      }
    }
    return line;
  }
}
