package io.dfs.nameserver.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Problem;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerInfo.State;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Severity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HealthTest {
  private static ServerInfo server(int id, State state, long free, int failedDisks) {
    return new ServerInfo(
        new NodeId(id),
        "h" + id + ":1",
        "h" + id,
        "",
        state,
        1000,
        0,
        free,
        0,
        0,
        "v",
        failedDisks,
        ServerWish.NONE);
  }

  private static Progress progress(int below, List<GroupId> without, int bad) {
    return new Progress(below, without, List.of("/a/b"), bad, 0, Map.of(), 0, 0, 0, false, 0, 0, 0);
  }

  private static List<Problem> problems(Progress progress, ServerInfo... servers) {
    return Health.problems(List.of(servers), 2, progress, false);
  }

  private static final ServerInfo GOOD = server(1, State.ONLINE, 900, 0);

  @Test
  void nothingIsWrongWithAHealthyCluster() {
    assertEquals(List.of(), problems(Progress.NONE, GOOD, server(2, State.ONLINE, 900, 0)));
  }

  @Test
  void whatCannotBeReadIsAnErrorThatNamesFilesAndComesFirst() {
    Problem worst = problems(progress(1, List.of(new GroupId(7)), 2), GOOD, GOOD).get(0);
    assertEquals(Severity.ERROR, worst.severity());
    assertTrue(worst.what().contains("pg7") && worst.what().contains("/a/b"), worst.what());
  }

  @Test
  void everyProblemSaysWhatToDo() {
    List<Problem> all =
        problems(
            progress(3, List.of(), 1),
            GOOD,
            server(2, State.OFFLINE, 900, 0),
            server(3, State.ONLINE, 10, 0),
            server(4, State.ONLINE, 900, 2),
            server(5, State.MAINTENANCE, 900, 0));
    assertEquals(6, all.size(), all.toString());
    all.forEach(p -> assertEquals(Severity.WARN, p.severity()));
    all.forEach(p -> assertTrue(!p.action().isEmpty(), p.what()));
  }

  private static List<Problem> draining(int copies, int running, boolean paused) {
    Progress progress =
        new Progress(
            0,
            List.of(),
            List.of(),
            0,
            0,
            Map.of(new NodeId(3), new Progress.Emptying(4, copies)),
            4,
            running,
            77,
            paused,
            0,
            0,
            0);
    return problems(
        progress, GOOD, server(2, State.ONLINE, 900, 0), server(3, State.DRAINING, 900, 0));
  }

  private static void tells(List<Problem> all, String what, String action) {
    assertEquals(1, all.size(), all.toString());
    assertTrue(all.get(0).what().contains(what), all.toString());
    assertTrue(all.get(0).action().contains(action), all.toString());
  }

  @Test
  void whyAServerCannotBeEmptiedIsToldWithWhatHelps() {
    assertEquals(List.of(), draining(3, 1, false), "its copies are moving");
    tells(
        draining(3, 0, false),
        "have 3 copies, and without it 2 dataservers are online",
        "dfs set --replicas 2 --recursive");
    tells(draining(2, 0, false), "no other has room", "dfs servers undrain 3");
    tells(draining(2, 0, true), "repair is paused", "dfs repair resume");
  }

  @Test
  void ofMissingCopiesThatWaitForAPausedRepairItIsTold() {
    Progress progress =
        new Progress(2, List.of(), List.of(), 0, 0, Map.of(), 2, 0, 9, true, 0, 0, 0);
    tells(
        problems(progress, GOOD, server(2, State.ONLINE, 900, 0)),
        "fewer copies",
        "dfs repair resume");
  }

  @Test
  void withNoServerOnlineNothingWorks() {
    assertEquals(
        Severity.ERROR, problems(Progress.NONE, server(1, State.OFFLINE, 0, 0)).get(0).severity());
  }
}
