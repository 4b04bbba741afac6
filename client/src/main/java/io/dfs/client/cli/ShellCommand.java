package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.cli.shell.HistoryFile;
import io.dfs.client.cli.shell.LineEditor;
import io.dfs.client.cli.shell.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "shell",
    description = {
      "Run commands one after another: ls, put, get and all others without dfs in front, and cd, pwd"
          + " and exit. Paths of the cluster may begin at the current directory.",
      "On a terminal with completion (Tab) and a history, which is kept in ~/.local/state/dfs; else a"
          + " script from SCRIPT, standard input or -c, a command a line, which ends at the first"
          + " that fails. # begins a comment.",
      "The exit status is that of the command that failed, or what exit is given."
    },
    footer = {"", "  dfs shell -c 'cd /photos' -c 'ls -l'", "  dfs shell < script"})
final class ShellCommand extends ClusterCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "SCRIPT",
      description = "A file with commands; - stands for standard input.")
  private @Nullable Path script;

  @Option(names = "-c", paramLabel = "COMMAND", description = "Run this command. May be repeated.")
  private List<String> commands = new ArrayList<>();

  @Option(
      names = {"-k", "--keep-going"},
      description = "Go on after a command that fails.")
  private boolean keepGoing;

  @Override
  void checkArguments() {
    if (script != null && !commands.isEmpty()) {
      throw wrongUsage("either -c or a script");
    }
  }

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    ShellSession session = new ShellSession(dfs, out, err());
    int code;
    if (!commands.isEmpty()) {
      code = script(session, new BufferedReader(new StringReader(String.join("\n", commands))), "");
    } else if (script != null && !script.toString().equals("-")) {
      try (BufferedReader lines = Files.newBufferedReader(script, Charset.defaultCharset())) {
        code = script(session, lines, script + ": ");
      }
    } else if (script != null || !Terminal.interactive()) {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
      code = script(session, lines, "");
    } else {
      converse(session, out);
      code = session.code();
    }
    if (code != 0) {
      throw new CommandFailed(code);
    }
  }

  /**
   * Runs the lines until one fails.
   *
   * @param where what to say in front of a line's number
   * @return the exit code of the last that failed, else what the script has ended with
   */
  private int script(ShellSession session, BufferedReader lines, String where) throws IOException {
    int failed = 0;
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      int code = run(session, line);
      if (code != 0) {
        failed = code;
        if (!keepGoing) {
          tell(where + "line " + number + " failed: " + Show.name(line));
          return code;
        }
      }
      if (session.ended()) {
        return session.code() != 0 ? session.code() : failed;
      }
    }
    return failed;
  }

  private int run(ShellSession session, String line) {
    try {
      return session.run(Words.of(line));
    } catch (IllegalArgumentException e) {
      tell(String.valueOf(e.getMessage()));
      return CommandLine.ExitCode.USAGE;
    }
  }

  private void tell(String what) {
    err().println("dfs shell: " + what);
    err().flush();
  }

  private void converse(ShellSession session, PrintWriter out) throws IOException {
    out.println("Commands as after dfs; help lists them, exit or Ctrl-D ends.");
    out.flush();
    try (LineEditor editor = new LineEditor(history(), new ShellCompletion(session))) {
      while (!session.ended()) {
        String line = editor.read("dfs:" + Show.name(session.directory()) + "> ");
        if (line == null) {
          return;
        }
        int unused = run(session, line);
      }
    }
  }

  private @Nullable Path history() {
    try {
      return HistoryFile.prepare(System.getenv("XDG_STATE_HOME"), System.getProperty("user.home"));
    } catch (IOException e) {
      tell(
          String.format(
              Locale.ROOT,
              "the history is not kept, as its file cannot be written (%s); XDG_STATE_HOME says"
                  + " where else",
              FailureLine.reason(e)));
      return null;
    }
  }
}
