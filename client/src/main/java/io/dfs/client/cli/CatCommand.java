package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "cat", description = "Write files to standard output.")
final class CatCommand extends ClusterCommand {
  /** One read a piece, so that several servers are asked at once. */
  private static final int BUFFER_BYTES = 1 << 20;

  @Parameters(paramLabel = "PATH", arity = "1..*")
  private List<String> paths = List.of();

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    byte[] buffer = new byte[BUFFER_BYTES];
    // Not closed: in a shell other commands follow.
    OutputStream raw = new FileOutputStream(FileDescriptor.out);
    forEach(
        paths,
        path -> {
          try (InputStream in = dfs.newInputStream(path)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
              raw.write(buffer, 0, n);
            }
          }
        });
  }
}
