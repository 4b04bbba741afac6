package io.dfs.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Many short lives of a cluster. A failing seed is in the message; {@code -Ddfs.sim.seed=N} runs it
 * alone, and it does the same again. {@code -Ddfs.sim.seeds=N} runs so many ({@code
 * packaging/soak}).
 */
class SimulationTest {
  private static final int USUAL_SEEDS = 500;

  @Test
  void nothingIsLostUnderAnyOfManyCoursesOfEvents() {
    long only = Long.getLong("dfs.sim.seed", -1);
    long seeds = Long.getLong("dfs.sim.seeds", USUAL_SEEDS);
    long first = only >= 0 ? only : Long.getLong("dfs.sim.first", 0);
    long operations = 0;
    for (long seed = first; seed < (only >= 0 ? only + 1 : first + seeds); seed++) {
      Simulation simulation = new Simulation(seed);
      try {
        simulation.run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed "
                + seed
                + " (repeat with -Ddfs.sim.seed="
                + seed
                + "): "
                + e
                + "\n"
                + String.join("\n", simulation.trace()),
            e);
      }
      operations += simulation.operations();
      if (only >= 0) {
        System.out.println(simulation.summary());
      }
    }
    assertTrue(operations > 20 * (only >= 0 ? 1 : seeds), "only " + operations + " operations");
  }

  @Test
  void aSeedReplaysExactly() {
    Simulation first = new Simulation(7);
    first.run();
    Simulation second = new Simulation(7);
    second.run();
    assertTrue(
        first.trace().equals(second.trace()) && first.summary().equals(second.summary()),
        () -> first.summary() + " / " + second.summary());
  }
}
