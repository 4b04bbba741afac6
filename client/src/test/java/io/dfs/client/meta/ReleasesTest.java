package io.dfs.client.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.client.session.OpenInodes;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Close;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.Done;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ReleasesTest {
  private static final int THREADS = 8;
  private static final int CLOSES = 100_000;

  @Test
  void aMessageHasNoMoreClosesThanTheNameserverTakesHoweverManyThreadsClose() throws Exception {
    AtomicInteger longest = new AtomicInteger();
    AtomicInteger told = new AtomicInteger();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    Releases releases =
        new Releases(
            closes -> {
              longest.accumulateAndGet(closes.size(), Math::max);
              told.addAndGet(closes.size());
              return CompletableFuture.completedFuture(Done.DONE);
            },
            new OpenInodes(),
            timer);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < CLOSES; i++) {
                  releases.add(new Close(new InodeId(7), 1, null));
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    releases.tell();
    timer.shutdownNow();
    assertEquals(Query.Release.MAX_CLOSES, longest.get());
    assertEquals(THREADS * CLOSES, told.get());
  }
}
