package io.dfs.nameserver.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.id.GroupId;
import io.dfs.common.message.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RepairEventsTest {
  private final List<Severity> told = new ArrayList<>();
  private final RepairEvents events =
      new RepairEvents((severity, subject, text) -> told.add(severity));

  private static Progress without(GroupId... groups) {
    return new Progress(0, List.of(groups), List.of(), 0, 0, Map.of(), 0, 0, 0, false, 0, 0, 0);
  }

  @Test
  void groupsAreNotCalledUnreadableWhileServersMayStillReport() {
    events.look(without(new GroupId(3)), true);
    assertEquals(List.of(), told);
    events.look(without(), false);
    assertEquals(List.of(), told);
  }

  @Test
  void groupsThatStayUnreadableAreToldOnceAndSoIsTheirReturn() {
    events.look(without(new GroupId(3)), true);
    events.look(without(new GroupId(3)), false);
    events.look(without(new GroupId(3)), false);
    assertEquals(List.of(Severity.ERROR), told);
    events.look(without(), true);
    assertEquals(List.of(Severity.ERROR, Severity.INFO), told);
  }
}
