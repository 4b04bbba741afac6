package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.cli.shell.LineEditor;
import io.dfs.client.cli.shell.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "shell",
    description = {
      "Run commands one after another: ls, put, get and all others without dfs in front, and cd, pwd"
          + " and exit. Paths of the cluster may begin at the current directory.",
      "On a terminal with a history and completion (Tab); else a script from standard input or -c,"
          + " a command a line, which ends at the first that fails. # begins a comment."
    },
    footer = {"", "  dfs shell -c 'cd /photos' -c 'ls -l'", "  dfs shell < script"})
final class ShellCommand extends ClusterCommand {
  @Option(names = "-c", paramLabel = "COMMAND", description = "Run this command. May be repeated.")
  private List<String> commands = new ArrayList<>();

  @Option(
      names = {"-k", "--keep-going"},
      description = "Go on after a command that fails.")
  private boolean keepGoing;

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    ShellSession session = new ShellSession(dfs, out, err());
    if (!commands.isEmpty()) {
      script(session, new BufferedReader(new StringReader(String.join("\n", commands))));
    } else if (!Terminal.interactive()) {
      script(
          session, new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())));
    } else {
      converse(session, out);
    }
  }

  private void script(ShellSession session, BufferedReader lines) throws Exception {
    boolean failed = false;
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      int code = run(session, line);
      if (code != 0) {
        failed = true;
        if (!keepGoing) {
          err().println("dfs shell: line " + number + " failed: " + Show.name(line));
          err().flush();
          break;
        }
      }
      if (session.ended()) {
        break;
      }
    }
    check(!failed);
  }

  private int run(ShellSession session, String line) {
    try {
      return session.run(Words.of(line));
    } catch (IllegalArgumentException e) {
      err().println("dfs shell: " + e.getMessage());
      err().flush();
      return 2;
    }
  }

  private void converse(ShellSession session, PrintWriter out) throws IOException {
    String home = System.getProperty("user.home", "/");
    String state = System.getenv().getOrDefault("XDG_STATE_HOME", home + "/.local/state");
    out.println("Commands as after dfs; help lists them, exit or Ctrl-D ends.");
    out.flush();
    try (LineEditor editor =
        new LineEditor(Path.of(state, "dfs", "shell-history"), new ShellCompletion(session))) {
      while (!session.ended()) {
        String line = editor.read("dfs:" + session.directory() + "> ");
        if (line == null) {
          return;
        }
        int unused = run(session, line);
      }
    }
  }
}
