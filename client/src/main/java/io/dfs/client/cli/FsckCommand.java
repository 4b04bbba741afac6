package io.dfs.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.client.api.Dfs;
import io.dfs.client.transfer.LongAnswer;
import io.dfs.common.message.Query;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "fsck",
    description = "Check the whole filesystem while it is in use, and mend it if told to.",
    footer = {
      "",
      "Exit status: 0 when nothing is wrong or all of it was mended; 1 when something is left, or",
      "the check could not be done."
    })
final class FsckCommand extends ClusterCommand {
  @Option(
      names = "--repair",
      description =
          "Mend what can be mended without losing more; what no name leads to gets one in"
              + " /lost+found.")
  private boolean repair;

  @Option(
      names = "--no-copies",
      description = "Look at the nameserver only, and do not ask the dataservers what they hold.")
  private boolean noCopies;

  @Option(names = "--json", description = "Lines of JSON, for programs.")
  private boolean json;

  private final ObjectMapper mapper = new ObjectMapper();
  private boolean clean;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    LongAnswer.copy(dfs.vfs(), new Query.CheckFilesystem(repair, !noCopies), new Lines(out));
    check(clean);
  }

  /** Takes the answer apart into lines. */
  private final class Lines extends OutputStream {
    private final PrintWriter out;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Lines(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      if (b == '\n') {
        show(out, line.toString(StandardCharsets.UTF_8));
        line.reset();
      } else {
        line.write(b);
      }
    }
  }

  private void show(PrintWriter out, String line) throws IOException {
    JsonNode node = mapper.readTree(line);
    JsonNode summary = node.get("summary");
    if (summary != null) {
      clean = summary.get("findings").asLong() == summary.get("mended").asLong();
    }
    if (json) {
      out.println(line);
    } else if (node.has("progress")) {
      err().println("checking " + node.get("progress").asText() + " ...");
      err().flush();
    } else if (summary != null) {
      out.println(text(summary));
    } else {
      finding(out, node);
    }
    out.flush();
  }

  private static void finding(PrintWriter out, JsonNode node) {
    String state =
        !node.has("mended") ? "" : node.get("mended").asBoolean() ? " [mended]" : " [not mended]";
    out.println((node.get("loss").asBoolean() ? "LOSS " : "") + node.get("text").asText() + state);
    node.get("paths").forEach(path -> out.println("    " + Show.name(path.asText())));
  }

  private static String text(JsonNode summary) {
    long findings = summary.get("findings").asLong();
    if (findings == 0) {
      return "nothing is wrong (" + summary.get("milliseconds") + " ms)";
    }
    long mended = summary.get("mended").asLong();
    long mendable = summary.get("mendable").asLong();
    return findings
        + " things are wrong, "
        + summary.get("losses")
        + " of them with loss; "
        + (mended > 0 ? mended + " were mended" : mendable + " can be mended by dfs fsck --repair");
  }
}
