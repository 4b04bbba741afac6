package io.dfs.client.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands against a running cluster, each made when it is needed: making all takes long. */
final class Commands {
  /** In the order of the help. */
  static final List<String> NAMES =
      List.of(
          "ls",
          "put",
          "get",
          "sync",
          "cat",
          "tail",
          "mkdir",
          "mv",
          "clone",
          "rm",
          "stat",
          "set",
          "layout",
          "df",
          "du",
          "status",
          "sessions",
          "locks",
          "stats",
          "top",
          "profile",
          "servers",
          "metadata",
          "trash",
          "fsck",
          "compact",
          "scrub",
          "repair",
          "balance",
          "events",
          "doctor",
          "explain",
          "warmup",
          "bench",
          "shell",
          "version");

  private Commands() {}

  /** A new command by its name or another name of it; null when there is none. */
  static @Nullable Object make(String name) {
    return switch (name) {
      case "ls" -> new LsCommand();
      case "put", "save", "upload" -> new PutCommand();
      case "get", "load", "download" -> new GetCommand();
      case "sync" -> new SyncCommand();
      case "cat" -> new CatCommand();
      case "tail" -> new TailCommand();
      case "mkdir" -> new MkdirCommand();
      case "mv" -> new MvCommand();
      case "clone" -> new CloneCommand();
      case "rm" -> new RmCommand();
      case "stat" -> new StatCommand();
      case "set" -> new SetCommand();
      case "layout" -> new LayoutCommand();
      case "df" -> new DfCommand();
      case "du" -> new DuCommand();
      case "status" -> new StatusCommand();
      case "sessions" -> new SessionsCommand();
      case "locks" -> new LocksCommand();
      case "stats" -> new StatsCommand();
      case "top" -> new TopCommand();
      case "profile" -> new ProfileCommand();
      case "servers" -> new ServersCommand();
      case "metadata" -> new MetadataCommand();
      case "trash" -> new TrashCommand();
      case "fsck" -> new FsckCommand();
      case "compact" -> new CompactCommand();
      case "scrub" -> new ScrubCommand();
      case "repair" -> new RepairCommand();
      case "balance" -> new BalanceCommand();
      case "events" -> new EventsCommand();
      case "doctor" -> new DoctorCommand();
      case "explain" -> new ExplainCommand();
      case "warmup" -> new WarmupCommand();
      case "bench" -> new BenchCommand();
      case "shell" -> new ShellCommand();
      case "version" -> new VersionCommand();
      default -> null;
    };
  }
}
