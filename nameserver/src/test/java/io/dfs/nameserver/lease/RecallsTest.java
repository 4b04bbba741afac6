package io.dfs.nameserver.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.state.Changes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** With a clock of its own: nothing here waits. */
final class RecallsTest {
  private static final long MS = 1_000_000;
  private static final SessionId A = new SessionId(1);
  private static final SessionId B = new SessionId(2);
  private static final InodeId FILE = new InodeId(7);
  private static final InodeId DIRECTORY = new InodeId(8);

  private final Recalls recalls = new Recalls(3000, 0);

  private CompletableFuture<Reply> ask(SessionId session, long seen, boolean fresh, long nowMs) {
    return recalls.ask(new Query.AwaitRecalls(session, seen, fresh, 300), nowMs * MS);
  }

  private static Reply.Recalls answer(CompletableFuture<Reply> asked) {
    assertTrue(asked.isDone());
    return (Reply.Recalls) asked.join();
  }

  private static Changes changed(InodeId inode) {
    return new Changes(List.of(new Changes.Changed(inode, 1, false)), List.of());
  }

  private static Changes entry(String name) {
    return new Changes(
        List.of(), List.of(new Changes.Entry(DIRECTORY, Name.of(name), InodeId.NONE)));
  }

  private CompletableFuture<Void> change(SessionId by, long request, Changes changes, long nowMs) {
    recalls.changing(List.of(changes));
    CompletableFuture<Void> seen =
        recalls.changed(new RequestId(by, 0, request), changes, nowMs * MS);
    recalls.told();
    return seen;
  }

  private Reading read(SessionId session, long nowMs) {
    return recalls.read(session, nowMs * MS);
  }

  @Test
  void aChangeWaitsUntilAllOthersWhoHoldItHaveAnswered() {
    ask(A, 0, true, 0);
    long seen = answer(ask(B, 0, true, 0)).upTo();
    read(A, 0).inode(FILE);
    read(B, 0).inode(FILE);
    CompletableFuture<Reply> asking = ask(B, seen, false, 0);
    assertFalse(asking.isDone());
    CompletableFuture<Void> change = Objects.requireNonNull(change(A, 1, changed(FILE), 0));
    Reply.Recalls told = answer(asking);
    assertEquals(FILE, told.stale().get(0).inode());
    assertFalse(change.isDone());
    ask(B, told.upTo(), false, 0);
    assertTrue(change.isDone());
    assertNull(change(A, 2, changed(FILE), 0), "B does not hold it any more");
  }

  @Test
  void nobodyIsToldOfHisOwnChangesNorOfWhatHeDoesNotHold() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(A, 0).inode(FILE);
    assertNull(change(A, 1, changed(FILE), 0));
    assertNull(change(A, 2, entry("f"), 0));
  }

  @Test
  void aDirectoryIsKeptWhenOneEntryIsRecalled() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(B, 0).entries(DIRECTORY);
    assertNotNull(change(A, 1, entry("f"), 0));
    Reply.Recalls told = answer(ask(B, 0, false, 0));
    assertEquals(Name.of("f"), told.stale().get(0).name());
    ask(B, told.upTo(), false, 0);
    assertNotNull(change(A, 2, entry("g"), 0));
  }

  @Test
  void aSecondChangeAndARepeatedRequestWaitForTheRecallOfTheFirst() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(B, 0).inode(FILE);
    CompletableFuture<Void> first = Objects.requireNonNull(change(A, 1, changed(FILE), 0));
    CompletableFuture<Void> second = Objects.requireNonNull(change(A, 2, changed(FILE), 0));
    CompletableFuture<Void> again = Objects.requireNonNull(change(A, 1, Changes.NONE, 0));
    ask(B, answer(ask(B, 0, false, 0)).upTo(), false, 0);
    assertTrue(first.isDone() && second.isDone() && again.isDone());
    assertNull(change(A, 1, Changes.NONE, 0));
  }

  @Test
  void aQuestionThatMeetsAChangeThatOthersDoNotKnowYetIsAskedAgain() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(B, 0).inode(FILE);
    Reading during = read(A, 0);
    during.inode(FILE);
    assertNull(during.disturbed());
    recalls.changing(List.of(changed(FILE)));
    CompletableFuture<Void> untilTold = Objects.requireNonNull(during.disturbed());
    recalls.changed(new RequestId(A, 0, 1), changed(FILE), 0);
    assertFalse(untilTold.isDone());
    recalls.told();
    assertTrue(untilTold.isDone());
    CompletableFuture<Void> untilSeen = Objects.requireNonNull(during.disturbed());
    Reading own = read(B, 0);
    own.inode(FILE);
    assertNull(own.disturbed(), "B need not wait for itself");
    ask(B, answer(ask(B, 0, false, 0)).upTo(), false, 0);
    assertTrue(untilSeen.isDone());
    assertNull(during.disturbed());
  }

  @Test
  void aRefusalWaitsUntilEverybodyKnowsWhyItMayBe() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(B, 0).entries(DIRECTORY);
    assertNull(recalls.refused());
    assertNotNull(change(A, 1, entry("f"), 0));
    CompletableFuture<Void> refused = Objects.requireNonNull(recalls.refused());
    ask(B, answer(ask(B, 0, false, 0)).upTo(), false, 0);
    assertTrue(refused.isDone());
    assertNull(recalls.refused());
  }

  @Test
  void aSilentSessionIsWaitedForUntilItsLeaseRunsOutAndThenHasToDropAll() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(B, 0).inode(FILE);
    CompletableFuture<Void> change = Objects.requireNonNull(change(A, 1, changed(FILE), 500));
    recalls.sweep(1000 * MS);
    assertFalse(change.isDone());
    recalls.sweep(1001 * MS);
    assertTrue(change.isDone());
    assertTrue(answer(ask(B, 0, false, 1100)).all());
  }

  @Test
  void anEndedSessionIsNotWaitedFor() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(B, 0).inode(FILE);
    CompletableFuture<Void> change = Objects.requireNonNull(change(A, 1, changed(FILE), 0));
    recalls.ended(B);
    assertTrue(change.isDone());
    assertNull(change(A, 2, changed(FILE), 0));
  }

  @Test
  void whoHoldsTooMuchToKeepAccountOfIsToldOfEverything() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    for (long i = 0; i <= 100_001; i++) {
      read(B, 0).inode(new InodeId(100 + i));
    }
    assertNotNull(change(A, 1, changed(FILE), 0));
    assertNull(change(A, 2, changed(FILE), 50_000), "those grants have ended");
  }

  @Test
  void moreRecallsThanAMessageHoldsBecomeOneForEverything() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    read(B, 0).entries(DIRECTORY);
    for (int i = 0; i < 9000; i++) {
      change(A, i, entry("f" + i), 0);
    }
    Reply.Recalls told = answer(ask(B, 0, false, 0));
    assertTrue(told.all());
    assertTrue(told.stale().size() <= 1000, told.stale().size() + " entries");
  }

  @Test
  void afterAStartChangesWaitForTheSessionsOfBeforeOrTheirLease() {
    assertNull(recalls.ready());
    recalls.expect(A);
    recalls.expect(B);
    CompletableFuture<Void> ready = Objects.requireNonNull(recalls.ready());
    ask(A, 0, true, 10);
    assertFalse(ready.isDone());
    recalls.ended(B);
    assertTrue(ready.isDone());
    assertNull(recalls.ready());
  }

  @Test
  void aSessionThatDoesNotComeBackIsWaitedForOneLease() {
    recalls.expect(A);
    CompletableFuture<Void> ready = Objects.requireNonNull(recalls.ready());
    recalls.sweep(999 * MS);
    assertFalse(ready.isDone());
    recalls.sweep(1000 * MS);
    assertTrue(ready.isDone());
  }

  @Test
  void whatIsLearnedAfterAMissedLeaseIsOnAccountAgain() {
    ask(A, 0, true, 0);
    ask(B, 0, true, 0);
    recalls.sweep(1500 * MS);
    ask(A, 0, true, 1500);
    ask(B, 0, true, 1500);
    read(B, 1500).inode(FILE);
    assertNotNull(change(A, 1, changed(FILE), 1500), "B holds it");
  }
}
