package io.dfs.client.write;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class SerialTest {
  private final List<Runnable> elsewhere = new ArrayList<>();
  private final Serial serial = new Serial(elsewhere::add);
  private final List<String> done = new ArrayList<>();

  @Test
  void aTaskBroughtByATaskRunsAfterIt() {
    serial.execute(
        () -> {
          serial.execute(() -> done.add("second"));
          done.add("first");
        });
    assertEquals(List.of("first", "second"), done);
  }

  @Test
  void whatFollowsATaskThatThrowsRunsAllTheSame() {
    serial.execute(
        () -> {
          serial.execute(() -> done.add("brought before"));
          throw new IllegalStateException("thrown by the test");
        });
    serial.execute(() -> done.add("brought after"));
    assertEquals(List.of("brought before", "brought after"), done);
  }

  @Test
  void whoBringsATaskIsNotKeptByTheManyThatFollowIt() {
    serial.execute(() -> bringMore(20));
    assertEquals(1, elsewhere.size());
    int before = done.size();

    serial.execute(() -> done.add("brought meanwhile"));
    assertEquals(before, done.size(), "one at a time");
    while (!elsewhere.isEmpty()) {
      elsewhere.remove(0).run();
    }

    assertEquals(21, done.size());
  }

  private void bringMore(int left) {
    done.add("task " + left);
    if (left > 1) {
      serial.execute(() -> bringMore(left - 1));
    }
  }

  @Test
  void allRunsHereWhenElsewhereIsClosed() {
    Serial last =
        new Serial(
            task -> {
              throw new RejectedExecutionException();
            });
    last.execute(
        () -> {
          for (int i = 0; i < 20; i++) {
            last.execute(() -> done.add("task"));
          }
        });
    assertEquals(20, done.size());
  }
}
