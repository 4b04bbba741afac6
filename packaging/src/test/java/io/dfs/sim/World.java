package io.dfs.sim;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Time, chance and the network of a simulated cluster. Confined to one thread: events run one after
 * the other in the order of their times. Messages are late, overtake each other, come twice or not
 * at all, and not at all between nodes that are cut off from each other.
 */
final class World {
  /** A machine; what was sent to one that is down is lost. */
  static class Node {
    final String name;
    boolean up = true;

    /** Rises with each crash: what an earlier life had planned does not happen. */
    int life;

    Node(String name) {
      this.name = name;
    }
  }

  /** Takes either a reply or a failure. */
  interface Answer<T> extends BiConsumer<@Nullable T, @Nullable FsException> {}

  private record Event(long at, long order, Runnable action) {}

  private static final int MAX_DELAY = 20;
  private static final int TIMEOUT = 300;

  final Random random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final Map<String, Long> cuts = new HashMap<>();
  private final List<String> trace = new ArrayList<>();
  private long order;
  private long now;

  /** Whether the network and the machines misbehave. */
  boolean faulty = true;

  World(long seed) {
    random = new Random(seed);
  }

  long now() {
    return now;
  }

  /** Notes what happened, for the report of a failing seed. */
  void note(String what, Object... values) {
    trace.add(now + " " + String.format(java.util.Locale.ROOT, what, values));
  }

  List<String> trace() {
    return trace;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  void later(long delay, Runnable action) {
    events.add(new Event(now + delay, order++, action));
  }

  /** Happens unless the node has crashed by then. */
  void later(Node node, long delay, Runnable action) {
    int life = node.life;
    later(
        delay,
        () -> {
          if (node.up && node.life == life) {
            action.run();
          }
        });
  }

  void runUntil(long end) {
    while (!events.isEmpty() && events.element().at <= end) {
      Event next = events.remove();
      now = next.at;
      next.action.run();
    }
    now = end;
  }

  /** No message passes between the two until then. */
  void cut(Node a, Node b, long until) {
    cuts.put(pair(a, b), until);
  }

  private static String pair(Node a, Node b) {
    return a.name.compareTo(b.name) < 0 ? a.name + " " + b.name : b.name + " " + a.name;
  }

  private void send(Node from, Node to, Runnable arrival) {
    if (faulty && (cuts.getOrDefault(pair(from, to), -1L) > now || chance(0.01))) {
      return;
    }
    int life = to.life;
    for (int i = faulty && chance(0.01) ? 2 : 1; i > 0; i--) {
      later(
          1 + random.nextInt(MAX_DELAY),
          () -> {
            if (to.up && to.life == life) {
              arrival.run();
            }
          });
    }
  }

  /**
   * Asks {@code to} for something. The answer is the first that comes back, or ETIMEDOUT.
   *
   * @param handler runs there, and gives its answer some time to what it is given
   */
  <T> void call(Node from, Node to, Consumer<Answer<T>> handler, Answer<T> done) {
    boolean[] over = {false};
    Answer<T> once =
        (reply, failure) -> {
          if (!over[0]) {
            over[0] = true;
            done.accept(reply, failure);
          }
        };
    send(
        from,
        to,
        () -> {
          Answer<T> back = (reply, failure) -> send(to, from, () -> once.accept(reply, failure));
          try {
            handler.accept(back);
          } catch (FsException e) {
            back.accept(null, e);
          }
        });
    later(
        from,
        TIMEOUT,
        () -> once.accept(null, new FsException(Errno.ETIMEDOUT, to.name + " is silent")));
  }
}
