package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import picocli.CommandLine;

/**
 * Runs commands one after another on one connection, with a current directory for paths that do not
 * begin with a slash. Confined.
 */
final class ShellSession {
  /** What it understands itself, beside the commands. */
  static final List<String> OWN = List.of("cd", "pwd", "help", "exit", "quit");

  private final Dfs dfs;
  private final PrintWriter out;
  private final PrintWriter err;

  private String directory = "/";
  private boolean ended;
  private int code;

  ShellSession(Dfs dfs, PrintWriter out, PrintWriter err) {
    this.dfs = dfs;
    this.out = out;
    this.err = err;
  }

  String directory() {
    return directory;
  }

  boolean ended() {
    return ended;
  }

  /** What {@code exit} was given. */
  int code() {
    return code;
  }

  /** The files for a command, with paths from the current directory. */
  Dfs files() {
    return dfs.at(directory);
  }

  /**
   * Runs a command; returns its exit code.
   *
   * @throws IllegalArgumentException when a command of the shell's own is given what it cannot use
   */
  int run(List<String> words) {
    if (words.isEmpty()) {
      return 0;
    }
    String command = words.get(0);
    try {
      switch (command) {
        case "exit", "quit" -> {
          code = words.size() > 1 ? exitCode(words.get(1)) : 0;
          ended = true;
        }
        case "pwd" -> out.println(directory);
        case "cd" -> directory = enter(words.size() > 1 ? words.get(1) : "/");
        default -> {
          return DfsCommand.commandLine(this, command)
              .setOut(out)
              .setErr(err)
              .execute(words.toArray(String[]::new));
        }
      }
      return 0;
    } catch (FsException e) {
      err.println("dfs " + command + ": " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static int exitCode(String word) {
    if (!word.matches("[0-9]{1,3}") || Integer.parseInt(word) > 255) {
      throw new IllegalArgumentException(word + " is no exit status; write a number up to 255");
    }
    return Integer.parseInt(word);
  }

  private String enter(String path) {
    String goal = normal(path.startsWith("/") ? path : directory + "/" + path);
    if (!dfs.stat(goal).isDirectory()) {
      throw new FsException(Errno.ENOTDIR, path + " is no directory");
    }
    return goal;
  }

  /** Without "." and "..", as typed: through a symbolic link ".." leads back. */
  static String normal(String path) {
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        names.pollLast();
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    return "/" + String.join("/", names);
  }
}
