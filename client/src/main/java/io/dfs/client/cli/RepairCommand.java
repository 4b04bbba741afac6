package io.dfs.client.cli;

import io.dfs.common.message.Reply.ClusterStatus;
import io.dfs.common.message.WorkStatus;
import picocli.CommandLine.Command;

@Command(
    name = "repair",
    description = "Show, pause, resume or limit the making of missing copies.")
final class RepairCommand extends WorkCommand {
  @Override
  boolean isBalance() {
    return false;
  }

  @Override
  WorkStatus of(ClusterStatus status) {
    return status.repair();
  }
}
