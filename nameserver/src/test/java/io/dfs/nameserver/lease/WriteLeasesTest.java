package io.dfs.nameserver.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.common.message.WriteRecall;
import io.dfs.nameserver.state.Changes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a clock of its own: nothing here waits. */
final class WriteLeasesTest {
  private static final long MS = 1_000_000;
  private static final SessionId A = new SessionId(1);
  private static final SessionId B = new SessionId(2);
  private static final SessionId C = new SessionId(3);
  private static final InodeId FILE = new InodeId(7);
  private static final InodeId OTHER = new InodeId(8);

  private final Map<SessionId, CompletableFuture<Reply>> asking = new HashMap<>();
  private long nowMs;
  private final Recalls recalls = new Recalls(3000, 0, () -> nowMs * MS);

  @BeforeEach
  void sessions() {
    ask(A, true);
    ask(B, true);
  }

  private CompletableFuture<Reply> ask(SessionId session, boolean fresh) {
    return recalls.ask(new Query.AwaitRecalls(session, Long.MAX_VALUE, fresh, 300), nowMs * MS);
  }

  /** What the session is told, all of which it confirms at once. */
  private Reply.Recalls told(SessionId session) {
    CompletableFuture<Reply> waiting = asking.remove(session);
    CompletableFuture<Reply> asked =
        waiting == null ? recalls.ask(question(session, 0), nowMs * MS) : waiting;
    assertTrue(asked.isDone(), "nothing is told");
    Reply.Recalls told = (Reply.Recalls) asked.join();
    asking.put(session, recalls.ask(question(session, told.upTo()), nowMs * MS));
    return told;
  }

  private static Query.AwaitRecalls question(SessionId session, long seen) {
    return new Query.AwaitRecalls(session, seen, false, 300);
  }

  private static List<InodeId> writes(Reply.Recalls told) {
    return Objects.requireNonNull(told.writes()).stream().map(WriteRecall::inode).toList();
  }

  private void giveBack(SessionId session, Reply.Recalls told) {
    List<Long> numbers =
        Objects.requireNonNull(told.writes()).stream().map(WriteRecall::number).toList();
    recalls.returned(session, numbers, nowMs * MS);
  }

  private CompletableFuture<Void> acquire(SessionId session, InodeId inode) {
    return recalls.acquire(session, inode, nowMs * MS);
  }

  private Reading read(SessionId session, InodeId... inodes) {
    Reading reading = recalls.read(session, nowMs * MS);
    for (InodeId inode : inodes) {
      reading.inode(inode);
    }
    return reading;
  }

  private boolean mayCommit(SessionId session) {
    return recalls.mayCommit(session, FILE, nowMs * MS);
  }

  @Test
  void whoeverAsksForWhatAnotherWritesWaitsUntilThatIsCommitted() {
    assertTrue(acquire(A, FILE).isDone());
    assertTrue(mayCommit(A));
    assertNull(read(A, FILE).disturbed(), "its own questions recall nothing");
    CompletableFuture<Void> wait = Objects.requireNonNull(read(B, FILE).disturbed());
    Reply.Recalls told = told(A);
    assertEquals(List.of(FILE), writes(told));
    assertFalse(wait.isDone(), "that it was heard of is not enough");
    assertTrue(mayCommit(A), "what was written before is still to come");
    giveBack(A, told);
    assertTrue(wait.isDone());
    assertFalse(mayCommit(A));
    assertNull(read(B, FILE).disturbed());
  }

  @Test
  void aSessionThatKeepsNothingIsAnsweredAfterTheWriterToo() {
    acquire(A, FILE);
    Reading reading = recalls.read(null, 0);
    reading.inode(FILE);
    CompletableFuture<Void> wait = Objects.requireNonNull(reading.disturbed());
    giveBack(A, told(A));
    assertTrue(wait.isDone());
  }

  @Test
  void aWriterWaitsUntilAllOthersHaveForgottenWhatTheyRead() {
    read(B, FILE);
    CompletableFuture<Void> writer = acquire(A, FILE);
    assertFalse(writer.isDone());
    assertFalse(mayCommit(A));
    assertEquals(FILE, told(B).stale().get(0).inode());
    assertTrue(writer.isDone());
    assertTrue(mayCommit(A));
  }

  @Test
  void whoReadsWhileAWriterWaitsIsAnsweredAndToldToForgetIt() {
    read(B, FILE);
    CompletableFuture<Void> writer = acquire(A, FILE);
    // A kernel may hold a lock until it has this answer, and B cannot forget before.
    assertNull(read(B, FILE).disturbed());
    Reply.Recalls told = told(B);
    assertEquals(2, told.stale().size());
    assertTrue(writer.isDone());
    assertNotNull(read(B, FILE).disturbed());
  }

  @Test
  void readersCannotPutAWriterOffForEver() {
    read(B, FILE);
    acquire(A, FILE);
    int answered = 0;
    CompletableFuture<Void> wait = null;
    while (wait == null && answered++ < 1000) {
      wait = read(B, FILE).disturbed();
    }
    assertTrue(answered < 100, answered + " were answered");
    told(B);
    assertTrue(Objects.requireNonNull(wait).isDone());
  }

  @Test
  void ofTwoWritersTheSecondGetsTheLeaseWhenTheFirstHasCommitted() {
    acquire(A, FILE);
    CompletableFuture<Void> second = acquire(B, FILE);
    assertFalse(second.isDone());
    giveBack(A, told(A));
    // A has kept what it read of its own writing until now.
    assertFalse(second.isDone());
    told(A);
    assertTrue(second.isDone());
    assertTrue(mayCommit(B));
    assertFalse(mayCommit(A));
  }

  @Test
  void allThatAListingNeedsIsAskedForAtOnce() {
    acquire(A, FILE);
    acquire(A, OTHER);
    CompletableFuture<Void> wait = Objects.requireNonNull(read(B, FILE, OTHER).disturbed());
    Reply.Recalls told = told(A);
    assertEquals(List.of(FILE, OTHER), writes(told));
    giveBack(A, told);
    assertTrue(wait.isDone());
  }

  @Test
  void aChangeByAnotherSessionWaitsForWhatWasWritten() {
    acquire(A, FILE);
    assertNull(recalls.finish(A, List.of(FILE), 0));
    CompletableFuture<Void> wait =
        Objects.requireNonNull(recalls.finish(B, List.of(OTHER, FILE), 0));
    giveBack(A, told(A));
    assertTrue(wait.isDone());
    assertNull(recalls.finish(B, List.of(OTHER, FILE), 0));
  }

  @Test
  void whoMakesAFileMayWriteItUnlessAnotherHasSeenIt() {
    assertTrue(recalls.writeNew(A, FILE, 0));
    assertTrue(mayCommit(A));
    read(B, OTHER);
    assertFalse(recalls.writeNew(A, OTHER, 0));
  }

  @Test
  void aSilentWriterIsWaitedForUntilItsLeaseRunsOutAndMayNotCommitThen() {
    acquire(A, FILE);
    CompletableFuture<Void> wait = Objects.requireNonNull(read(B, FILE).disturbed());
    nowMs = 1000;
    recalls.sweep(nowMs * MS);
    assertFalse(wait.isDone());
    nowMs = 1001;
    recalls.sweep(nowMs * MS);
    assertTrue(wait.isDone());
    assertFalse(mayCommit(A));
    ask(B, true);
    assertNull(read(B, FILE).disturbed());
  }

  @Test
  void aWriterThatIsHeardOfAndDoesNotGiveBackIsGivenUpInTheEnd() {
    acquire(A, FILE);
    CompletableFuture<Void> wait = Objects.requireNonNull(read(B, FILE).disturbed());
    for (nowMs = 0; nowMs <= 3000; nowMs += 500) {
      assertFalse(wait.isDone(), nowMs + " ms");
      ask(A, false);
      ask(B, false);
      recalls.sweep(nowMs * MS);
    }
    nowMs = 3001;
    recalls.sweep(nowMs * MS);
    assertTrue(wait.isDone());
    assertFalse(mayCommit(A));
  }

  @Test
  void anEndedWriterIsNotWaitedFor() {
    acquire(A, FILE);
    CompletableFuture<Void> wait = Objects.requireNonNull(read(B, FILE).disturbed());
    recalls.ended(A);
    assertTrue(wait.isDone());
    assertNull(read(B, FILE).disturbed());
  }

  @Test
  void aWriterThatDiesWhileItWaitsHoldsNobodyUp() {
    read(B, FILE);
    acquire(A, FILE);
    CompletableFuture<Void> second = acquire(B, FILE);
    assertFalse(second.isDone());
    recalls.ended(A);
    told(B);
    assertTrue(second.isDone());
    assertTrue(mayCommit(B));
  }

  @Test
  void aRecallThatWasNotHeardOfIsToldAgainOnTheNextConnection() {
    acquire(A, FILE);
    CompletableFuture<Void> wait = Objects.requireNonNull(read(B, FILE).disturbed());
    told(A);
    Reply.Recalls again = (Reply.Recalls) ask(A, true).join();
    assertEquals(List.of(FILE), writes(again));
    giveBack(A, again);
    assertTrue(wait.isDone());
  }

  @Test
  void whatASessionHasWrittenAndNotCommittedIsItsAgainAfterAStart() {
    Recalls restarted = new Recalls(3000, 0, () -> nowMs * MS);
    restarted.expect(A);
    CompletableFuture<Void> ready = Objects.requireNonNull(restarted.ready());
    restarted.ask(new Query.AwaitRecalls(A, 0, true, 300), List.of(FILE), 0);
    assertTrue(ready.isDone());
    assertTrue(restarted.mayCommit(A, FILE, 0));
    assertFalse(restarted.mayCommit(A, OTHER, 0));
  }

  @Test
  void whoAskedForWhatIsCommittedMeanwhileAsksAgainAndIsToldOfChanges() {
    acquire(A, FILE);
    Reading early = read(B, FILE);
    Objects.requireNonNull(read(B, FILE).disturbed());
    giveBack(A, told(A));
    assertNotNull(early.disturbed(), "it is not on account");
    assertNull(read(B, FILE).disturbed());
    assertNotNull(change(A));
  }

  private static Changes changed() {
    return new Changes(List.of(new Changes.Changed(FILE, 1, false)), List.of());
  }

  private @Nullable CompletableFuture<Void> change(SessionId session) {
    recalls.changing(List.of(changed()));
    CompletableFuture<Void> seen =
        recalls.changed(new RequestId(session, 0, 1), changed(), nowMs * MS);
    recalls.told();
    return seen;
  }

  @Test
  void aChangeWaitsForThoseWhoWereToldToForgetForAWriter() {
    ask(C, true);
    read(B, FILE);
    acquire(A, FILE);
    CompletableFuture<Void> seen = Objects.requireNonNull(change(C));
    told(A);
    assertFalse(seen.isDone());
    told(B);
    assertTrue(seen.isDone());
  }

  @Test
  void aChangeWaitsForThoseWhoReadWhileAWriterWaited() {
    ask(C, true);
    read(C, FILE);
    acquire(A, FILE);
    read(B, FILE);
    CompletableFuture<Void> seen = Objects.requireNonNull(change(C));
    told(A);
    told(C);
    assertFalse(seen.isDone());
    told(B);
    assertTrue(seen.isDone());
  }

  @Test
  void whoeverDidNotGiveBackInTimeIsStillToldOfChanges() {
    acquire(A, FILE);
    read(B, FILE).disturbed();
    for (nowMs = 0; nowMs <= 3500; nowMs += 500) {
      asking.put(A, ask(A, false));
      ask(B, false);
      recalls.sweep(nowMs * MS);
    }
    asking.put(A, ask(A, false));
    CompletableFuture<Void> seen = Objects.requireNonNull(change(B));
    assertFalse(seen.isDone());
    told(A);
    assertTrue(seen.isDone());
  }

  @Test
  void theMakerOfAChangeForgetsItWhenAnotherHasBegunToWriteMeanwhile() {
    acquire(A, FILE);
    Changes changes = changed();
    recalls.changing(List.of(changes));
    RequestId request = new RequestId(B, 0, 1);
    recalls.changed(request, changes, 0);
    Mutation mutation = new Mutation.CloneRange(request, FILE, 0, FILE, 0, 0, false);
    CompletableFuture<Void> told =
        Objects.requireNonNull(recalls.answered(mutation, new Reply.Node(attr()), 0));
    recalls.told();
    assertFalse(told.isDone());
    assertEquals(FILE, told(B).stale().get(0).inode());
    assertTrue(told.isDone());
  }

  private static Attr attr() {
    Timestamp now = Timestamp.EPOCH;
    DataSettings settings = new DataSettings(1 << 20, 2);
    return new Attr(
        FILE, FileType.REGULAR, 0644, 1, 0, 0, 0, 0, 0, now, now, now, now, 1, settings);
  }

  @Test
  void whatIsLearnedAfterAMissedLeaseIsOnAccountAgain() {
    nowMs = 1500;
    recalls.sweep(nowMs * MS);
    ask(A, true);
    ask(B, true);
    read(B, FILE);
    assertFalse(acquire(A, FILE).isDone(), "B holds it");
  }

  @Test
  void aSessionThatCannotBeToldGetsNoWriteLease() {
    CompletableFuture<Void> refused = acquire(C, FILE);
    assertTrue(refused.isCompletedExceptionally());
    assertTrue(refused.handle((done, failure) -> failure).join() instanceof FsException);
  }

  @Test
  void aTableThatIsFullAsksForOtherWriteLeasesBack() {
    int granted = 0;
    for (long i = 1; granted <= Grants.MAX_WITH_WRITERS; i++) {
      InodeId inode = new InodeId(i);
      // Of one part of the table only.
      if (HolderTable.hash(Grants.inode(inode)) >>> 26 == 0) {
        if (!acquire(A, inode).isDone()) {
          break;
        }
        granted++;
      }
    }
    assertEquals(Grants.MAX_WITH_WRITERS, granted);
    assertEquals(1, writes(told(A)).size());
  }
}
