package io.dfs.client.cli.explain;

import java.util.List;

/** What messages and states mean that are no errors of a program, found by words in them. */
final class Situations {
  private record Situation(List<String> words, Advice advice) {}

  private static final List<Situation> ALL =
      List.of(
          situation(
              List.of("no answer from", "no nameserver", "cannot reach", "nameserver does not"),
              "The nameserver does not answer",
              List.of(
                  "It is not running, or is still starting.",
                  "The client asks at another address than the one where it listens.",
                  "A firewall or the network is between."),
              List.of(
                  "dfs doctor tries the port.",
                  "Start it: systemctl start dfs-nameserver, or dfs nameserver. What mounts wait"
                      + " for goes on by itself within their deadline (60 s).",
                  "When its machine is gone: \"The nameserver's machine is gone\" in"
                      + " OPERATIONS.md.")),
          situation(
              List.of("transport endpoint is not connected", "enotconn", "endpoint"),
              "The process of the mount is gone",
              List.of("It was killed, ran out of memory, or failed."),
              List.of(
                  "dfs umount FOLDER (or umount -l FOLDER), then mount it again.",
                  "Why: the end of its log in /var/log/dfs or ~/.local/state/dfs.",
                  "What was closed or fsynced is safe.")),
          situation(
              List.of("no good copy", "no copy"),
              "No good copy of a chunk is left that can be reached",
              List.of("All servers that have it are down, or all copies are damaged."),
              List.of(
                  "dfs explain PATH: which chunk, which servers.",
                  "Bring one of them back. If none will ever come back, restore the file.")),
          situation(
              List.of("suspect", "offline"),
              "A dataserver is silent",
              List.of("It or its machine stopped, or the network to the nameserver is broken."),
              List.of(
                  "Start it again; it keeps its number and its chunks.",
                  "After repair-after (10 min) its copies are made again on others: dfs repair.",
                  "If it will not come back: dfs servers remove ID.")),
          situation(
              List.of("lock"),
              "Locks",
              List.of("A program on some machine holds a lock on the file."),
              List.of(
                  "dfs locks PATH: who holds it.",
                  "The locks of a lost machine go after the lease (30 s).")));

  private Situations() {}

  private static Situation situation(
      List<String> words, String title, List<String> causes, List<String> remedies) {
    return new Situation(words, new Advice(title, causes, remedies));
  }

  /** Those that a text in small letters may be about. */
  static List<Advice> matching(String text) {
    return ALL.stream()
        .filter(situation -> situation.words().stream().anyMatch(text::contains))
        .map(Situation::advice)
        .toList();
  }
}
