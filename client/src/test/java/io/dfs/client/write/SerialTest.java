package io.dfs.client.write;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SerialTest {
  private final Serial serial = new Serial();
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
}
