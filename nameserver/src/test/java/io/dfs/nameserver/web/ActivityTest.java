package io.dfs.nameserver.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActivityTest {
  private static final SessionId ANN = new SessionId(1);
  private static final SessionId BOB = new SessionId(2);
  private final Activity activity = new Activity();

  @Test
  void whatASessionAsksForIsTheMostFrequentFirst() {
    for (int i = 0; i < 100; i++) {
      activity.answered(new Query.GetAttr(InodeId.ROOT, ANN), 1000);
    }
    for (int i = 0; i < 20; i++) {
      activity.answered(mkdir(ANN), 1000);
    }
    activity.answered(new Query.GetAttr(InodeId.ROOT, BOB), 1000);
    activity.tick(1, session -> true);

    assertEquals(
        List.of("GetAttr", "Mkdir"),
        activity.of(ANN).stream().map(Activity.Operation::name).toList());
    assertEquals(120, activity.count(ANN));
    assertEquals(1, activity.count(BOB));
    assertEquals(101, activity.questions());
    assertEquals(20, activity.changes());
  }

  @Test
  void whatWaitsOnPurposeAndWhatDataserversAskAreNoLoadOfClients() {
    activity.answered(new Query.AwaitRecalls(ANN, 0, false, 1000), 1_000_000_000);
    activity.answered(new ClusterRequest.Audited(new NodeId(1)), 1000);

    assertEquals(0, activity.questions() + activity.changes());
    assertEquals(0, activity.count(ANN));
    for (long count : activity.latencies().counts()) {
      assertEquals(0, count);
    }
  }

  @Test
  void aSessionThatHasEndedIsForgotten() {
    activity.answered(mkdir(ANN), 1000);
    activity.tick(1, session -> false);

    assertEquals(0, activity.count(ANN));
    assertEquals(1, activity.changes());
  }

  @Test
  void aRateFadesWhenNothingIsAskedAnyMore() {
    for (int i = 0; i < 100; i++) {
      activity.answered(mkdir(ANN), 1000);
    }
    activity.tick(1, session -> true);
    double before = activity.of(ANN).get(0).perSecond();
    activity.tick(1, session -> true);
    assertTrue(activity.of(ANN).get(0).perSecond() < before);
    for (int i = 0; i < 100; i++) {
      activity.tick(1, session -> true);
    }
    assertEquals(List.of(), activity.of(ANN));
  }

  private static Mutation mkdir(SessionId session) {
    return new Mutation.Mkdir(
        new RequestId(session, 0, 1), Caller.ROOT, InodeId.ROOT, Name.of("a"), 0755);
  }
}
