package io.dfs.client.cli;

import io.dfs.common.message.Reply.ClusterStatus;
import io.dfs.common.message.WorkStatus;
import picocli.CommandLine.Command;

@Command(
    name = "balance",
    description = "Show, pause, resume or limit the filling of all dataservers evenly.")
final class BalanceCommand extends WorkCommand {
  @Override
  boolean isBalance() {
    return true;
  }

  @Override
  WorkStatus of(ClusterStatus status) {
    return status.balance();
  }
}
