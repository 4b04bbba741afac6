package io.dfs.nameserver.cluster;

import io.dfs.common.message.Severity;

/** What to tell people of repair when it begins and ends. Confined to the thread of the repair. */
final class RepairEvents {
  /** Where events go. */
  @FunctionalInterface
  interface Sink {
    void record(Severity severity, String subject, String text);
  }

  private final Sink events;
  private boolean repairing;
  private boolean balancing;
  private boolean without;

  RepairEvents(Sink events) {
    this.events = events;
  }

  /**
   * @param awaiting whether servers may still report that have not done so since this process
   *     started: what only they have is not called unreadable yet
   */
  void look(Progress p, boolean awaiting) {
    if (repairing != p.repairGroups() > 0) {
      repairing = !repairing;
      events.record(
          repairing && p.below() > 0 ? Severity.WARN : Severity.INFO,
          "repair",
          repairing
              ? p.repairGroups()
                  + " groups get copies on other servers; "
                  + p.below()
                  + " have fewer than they shall"
              : "every group that can be helped has its copies again");
    }
    if (balancing != p.balanceGroups() > 0) {
      balancing = !balancing;
      events.record(
          Severity.INFO,
          "balance",
          balancing ? p.balanceGroups() + " groups are to move" : "the servers are evenly filled");
    }
    if (without != !p.without().isEmpty() && (without || !awaiting)) {
      without = !without;
      events.record(
          without ? Severity.ERROR : Severity.INFO,
          "repair",
          without
              ? "no copy of " + p.without() + " can be read; bring back a server that has one"
              : "a copy of every group can be read again");
    }
  }
}
