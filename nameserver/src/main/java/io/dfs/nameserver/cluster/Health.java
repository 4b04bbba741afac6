package io.dfs.nameserver.cluster;

import io.dfs.common.message.Problem;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerInfo.State;
import io.dfs.common.message.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong in the cluster, and what to do about it. Pure. */
public final class Health {
  /** Under it, people have reason to act. */
  private static final int LITTLE_SPACE_PERCENT = 5;

  private Health() {}

  /**
   * All that is wrong, the worst first; nothing when all is well.
   *
   * @param restored whether chunks of after a backup that was restored are kept
   */
  public static List<Problem> problems(
      List<ServerInfo> servers, int replicas, Progress progress, boolean restored) {
    List<Problem> problems = new ArrayList<>();
    servers.forEach(s -> addServer(problems, s));
    addCopies(problems, progress);
    servers.forEach(s -> addDraining(problems, s, servers, progress));
    long online = servers.stream().filter(s -> s.state() == State.ONLINE).count();
    if (online < replicas) {
      problems.add(
          new Problem(
              online == 0 ? Severity.ERROR : Severity.WARN,
              count(online, "dataserver is", "dataservers are")
                  + " online, too few for "
                  + replicas
                  + " copies",
              "start or add dataservers"));
    }
    if (restored) {
      problems.add(
          new Problem(
              Severity.WARN,
              "the tree was restored from a backup and chunks written after it are kept",
              "when nothing is missed, dfs metadata discard-newer gives their space back"));
    }
    problems.sort(Comparator.comparing(Problem::severity).reversed());
    return problems;
  }

  private static void addServer(List<Problem> problems, ServerInfo s) {
    String name = "dataserver " + s.id().value() + " at " + s.address();
    if (s.state() == State.OFFLINE || s.state() == State.SUSPECT) {
      problems.add(
          new Problem(
              Severity.WARN,
              name + " is " + s.state(),
              "check it and the network to it; if it will not come back, say dfs servers remove "
                  + s.id().value()));
    } else if (s.state() == State.MAINTENANCE) {
      problems.add(
          new Problem(
              Severity.WARN,
              name + " is in maintenance: nothing is repaired for it",
              "when it is back, say dfs servers undrain " + s.id().value()));
    }
    boolean serves = s.state() != State.OFFLINE && s.state() != State.REMOVED;
    if (serves && s.freeBytes() < s.capacityBytes() / 100 * LITTLE_SPACE_PERCENT) {
      problems.add(
          new Problem(Severity.WARN, name + " has little space left", "add disks or dataservers"));
    }
    if (serves && s.failedDisks() > 0) {
      problems.add(
          new Problem(
              Severity.WARN,
              count(s.failedDisks(), "disk", "disks")
                  + " of "
                  + name
                  + (s.failedDisks() == 1 ? " is" : " are")
                  + " out of use",
              "replace them; what was on them is copied from other servers"));
    }
  }

  private static void addDraining(
      List<Problem> problems, ServerInfo s, List<ServerInfo> servers, Progress p) {
    Progress.Emptying left = p.emptying().get(s.id());
    if (s.state() != State.DRAINING || left == null || p.repairRunning() > 0) {
      return;
    }
    int id = s.id().value();
    String what = "dataserver " + id + " cannot be emptied: ";
    String keep = ", or keep this one: dfs servers undrain " + id;
    long others = servers.stream().filter(o -> o.state() == State.ONLINE).count();
    if (p.repairPaused()) {
      problems.add(new Problem(Severity.WARN, what + "repair is paused", "say dfs repair resume"));
    } else if (others < left.copies()) {
      problems.add(
          new Problem(
              Severity.WARN,
              what
                  + "files on it have "
                  + left.copies()
                  + " copies, and without it "
                  + others
                  + " dataservers are online",
              "add a dataserver, or have fewer copies (dfs set --replicas "
                  + Math.max(1, others)
                  + " --recursive DIRECTORY; old ones go when compact-grace has passed)"
                  + keep));
    } else {
      problems.add(
          new Problem(
              Severity.WARN,
              what + "no other has room for what " + left.groups() + " groups have on it",
              "add a dataserver" + keep));
    }
  }

  private static void addCopies(List<Problem> problems, Progress p) {
    if (!p.without().isEmpty()) {
      problems.add(
          new Problem(
              Severity.ERROR,
              "no copy of the groups "
                  + p.without()
                  + " can be read: files in them give EIO"
                  + (p.lostFiles().isEmpty()
                      ? ""
                      : ", such as " + String.join(", ", p.lostFiles())),
              "bring back a server that has a copy"));
    }
    if (p.below() > 0) {
      problems.add(
          new Problem(
              Severity.WARN,
              count(
                  p.below(),
                  "group has fewer copies than it shall",
                  "groups have fewer copies than they shall"),
              p.repairPaused()
                  ? "say dfs repair resume: repair is paused"
                  : p.repairRunning() > 0
                      ? "wait: they are being copied"
                      : "add a dataserver if there are too few to copy to; see dfs repair status"));
    }
    if (p.badCopies() > 0) {
      problems.add(
          new Problem(
              Severity.WARN,
              count(
                  p.badCopies(),
                  "single copy is bad or missing",
                  "single copies are bad or missing"),
              "wait: they are replaced from good ones; see dfs events"));
    }
  }

  private static String count(long number, String one, String many) {
    return number + " " + (number == 1 ? one : many);
  }
}
