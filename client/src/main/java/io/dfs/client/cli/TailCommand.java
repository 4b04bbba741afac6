package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.message.Attr;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "tail", description = "Write the end of a file to standard output.")
final class TailCommand extends ClusterCommand {
  private static final int BUFFER_BYTES = 256 << 10;

  /** The nameserver tells of a change at once, so a look costs nothing while there is none. */
  private static final int LOOK_EVERY_MS = 250;

  @Parameters(paramLabel = "PATH")
  private String path = "";

  @Option(
      names = "-n",
      paramLabel = "N",
      defaultValue = "10",
      description = "So many lines (default: ${DEFAULT-VALUE}).")
  private long lines;

  @Option(
      names = {"-f", "--follow"},
      description =
          "Go on with what is appended, until interrupted; also when another file takes the name."
              + " What a writer has not flushed yet is not seen.")
  private boolean follow;

  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  @Override
  ClusterOptions clusterOptions() {
    return new ClusterOptions.WithoutShortName();
  }

  @Override
  void checkArguments() {
    if (lines < 0) {
      throw wrongUsage("-n takes a number of lines");
    }
  }

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    // Not closed: in a shell other commands follow.
    OutputStream to = new FileOutputStream(FileDescriptor.out);
    forEach(List.of(path), file -> tail(dfs, file, to));
  }

  private void tail(Dfs dfs, String file, OutputStream to) throws Exception {
    Attr shown = dfs.stat(file);
    long at;
    try (SeekableByteChannel channel = dfs.open(file, StandardOpenOption.READ)) {
      at = copy(channel, start(channel), to);
    }
    while (follow) {
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      if (!dfs.exists(file)) {
        continue; // between the old file and the new one of the name
      }
      Attr now = dfs.stat(file);
      if (!now.inode().equals(shown.inode()) || now.sizeBytes() < at) {
        err().println("dfs tail: " + Show.name(file) + " was replaced or made shorter");
        err().flush();
        at = 0;
      }
      shown = now;
      if (now.sizeBytes() > at) {
        // An open file shows what it was when it was opened.
        try (SeekableByteChannel channel = dfs.open(file, StandardOpenOption.READ)) {
          at = copy(channel, at, to);
        }
      }
    }
  }

  /** Where the last lines begin. */
  private long start(SeekableByteChannel channel) throws IOException {
    long left = lines;
    long end = channel.size();
    for (long to = end; to > 0; ) {
      long from = Math.max(0, to - BUFFER_BYTES);
      read(channel, from, (int) (to - from));
      for (int i = (int) (to - from) - 1; i >= 0; i--) {
        // The end of the last line does not begin another one.
        if (buffer.get(i) == '\n' && from + i < end - 1 && --left == 0) {
          return from + i + 1;
        }
      }
      to = from;
    }
    return lines == 0 ? end : 0;
  }

  private void read(SeekableByteChannel channel, long from, int length) throws IOException {
    buffer.clear().limit(length);
    channel.position(from);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException(path + ": became shorter while it was read; try again");
      }
    }
  }

  /** Returns where the file ended. */
  private long copy(SeekableByteChannel channel, long from, OutputStream to) throws IOException {
    channel.position(from);
    for (buffer.clear(); channel.read(buffer) >= 0; buffer.clear()) {
      to.write(buffer.array(), 0, buffer.position());
    }
    to.flush();
    return channel.position();
  }
}
