package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.cli.doctor.DfsMounts;
import io.dfs.client.cli.explain.Advice;
import io.dfs.client.cli.explain.ChunkState;
import io.dfs.client.cli.explain.CopyState;
import io.dfs.client.cli.explain.FileCopies;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.FileType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = {
      "Explain a file: where its bytes are, whether all copies are there, and what to do if not. Or"
          + " explain an error: what it comes of and what to do.",
      "A path begins with a slash; it is one of the cluster, or one in a mounted folder. An error"
          + " is a name such as EIO, a number, or the words of a message."
    },
    footer = {"", "Exit status: 1 when a file lacks copies, or nothing is known of the error."})
final class ExplainCommand extends ClusterCommand {
  /** More than one reads at once; --json has all. */
  private static final int SHOWN = 20;

  @Parameters(paramLabel = "PATH|ERROR", arity = "1..*", hideParamSyntax = true)
  private List<String> words = List.of();

  @Option(names = "--json", description = "An object, for programs.")
  private boolean json;

  @Override
  boolean needsCluster() {
    return words.get(0).startsWith("/");
  }

  @Override
  void runAlone(PrintWriter out) throws Exception {
    String error = String.join(" ", words);
    List<Advice> advice = Advice.on(error);
    if (json) {
      Json.print(
          out,
          advice.stream()
              .map(
                  a ->
                      Json.object(
                          "title", a.title(), "causes", a.causes(), "remedies", a.remedies()))
              .toList());
    } else {
      for (Advice a : advice) {
        out.println(a.title());
        out.println("  comes of:");
        a.causes().forEach(cause -> out.println("    - " + cause));
        out.println("  to do:");
        a.remedies().forEach(remedy -> out.println("    - " + remedy));
      }
    }
    if (advice.isEmpty()) {
      throw new IOException(
          "nothing is known of \""
              + error
              + "\"; try the name of an error such as EIO, or dfs doctor");
    }
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    forEach(words, path -> explain(dfs, path, out));
  }

  private void explain(Dfs dfs, String path, PrintWriter out) throws Exception {
    Attr attr = find(dfs, path);
    List<ChunkState> chunks = new ArrayList<>();
    long extents =
        attr.type() == FileType.REGULAR ? new FileCopies(dfs).look(attr.inode(), chunks::add) : 0;
    List<ChunkState> bad = chunks.stream().filter(c -> !c.whole()).toList();
    if (json) {
      Map<String, Object> object = Json.object("path", path);
      object.putAll(Show.attributes(attr));
      object.put("extents", extents);
      object.put("chunks", chunks.stream().map(ExplainCommand::object).toList());
      Json.print(out, object);
    } else {
      print(out, path, attr, extents, chunks, bad);
    }
    check(bad.isEmpty());
  }

  /** By path; by inode number when the path is in a mounted folder. */
  private static Attr find(Dfs dfs, String path) throws IOException {
    try {
      return dfs.lstat(path);
    } catch (FsException e) {
      Path local = Path.of(path).toAbsolutePath().normalize();
      if (e.errno() == Errno.ENOENT && DfsMounts.of(local).isPresent()) {
        long inode = (long) Files.getAttribute(local, "unix:ino");
        return Dfs.await(dfs.vfs().getattr(new InodeId(inode)));
      }
      throw e;
    }
  }

  private static void print(
      PrintWriter out,
      String path,
      Attr attr,
      long extents,
      List<ChunkState> chunks,
      List<ChunkState> bad) {
    Table table = new Table("ll");
    table.row("path", Show.name(path));
    table.row("inode", attr.inode().value());
    table.row("type", attr.type().name().toLowerCase(Locale.ROOT) + ", " + Show.mode(attr));
    table.row("owner", attr.uid() + ":" + attr.gid() + ", " + attr.nlink() + " names");
    table.row("bytes", attr.sizeBytes() + ", in chunks " + attr.allocatedBytes());
    table.row("copies", attr.settings().replicas() + ", changed " + Show.time(attr.mtime()));
    if (attr.type() != FileType.REGULAR) {
      table.print(out);
      out.println("Only files have chunks: what is here is in the nameserver alone.");
      return;
    }
    table.row("layout", extents + " extents in " + chunks.size() + " chunks");
    table.print(out);
    chunks.stream()
        .filter(c -> bad.isEmpty() || !c.whole())
        .limit(SHOWN)
        .forEach(c -> print(out, c));
    int listed = bad.isEmpty() ? chunks.size() : bad.size();
    if (listed > SHOWN) {
      out.println("... and " + (listed - SHOWN) + " more; --json has all");
    }
    out.println(summary(bad));
  }

  private static void print(PrintWriter out, ChunkState c) {
    out.println(
        "chunk " + c.chunk().hex() + ", at " + c.fileOffset() + ": " + c.neededBytes() + " bytes");
    for (CopyState copy : c.copies()) {
      out.println(
          "    server "
              + copy.server().value()
              + " "
              + copy.address()
              + ": "
              + (copy.good() ? "has it" : copy.problem()));
    }
  }

  private static String summary(List<ChunkState> bad) {
    long lost = bad.stream().filter(ChunkState::lost).count();
    if (bad.isEmpty()) {
      return "All copies are there.";
    }
    return bad.size()
        + " chunks lack copies, "
        + lost
        + " of them have none that can be reached. To do: "
        + (lost > 0
            ? "bring a server back that has them (dfs servers); until then reading there gives EIO."
            : "nothing is lost. Start the servers that are down, or wait: missing copies are made"
                + " again after repair-after (dfs repair).");
  }

  private static Map<String, Object> object(ChunkState c) {
    return Json.object(
        "chunk", c.chunk().hex(),
        "group", c.chunk().group().value(),
        "offset", c.fileOffset(),
        "bytes", c.neededBytes(),
        "wantedCopies", c.wantedCopies(),
        "goodCopies", c.goodCopies(),
        "copies",
            c.copies().stream()
                .map(
                    copy ->
                        Json.object(
                            "server", copy.server().value(),
                            "address", copy.address(),
                            "good", copy.good(),
                            "problem", copy.problem()))
                .toList());
  }
}
