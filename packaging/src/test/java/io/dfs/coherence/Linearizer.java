package io.dfs.coherence;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a history of one register is linearizable: whether its operations can be put in an order
 * that keeps to their times and explains every result. The search of Wing and Gong, with Lowe's
 * memory of what was tried. Confined to one check.
 */
final class Linearizer {
  /**
   * An operation that was called at {@code start} and had its result at {@code end}.
   *
   * @param fits whether the register could have held that value before it, by the result
   * @param then what it holds after it
   */
  record Operation(long start, long end, String text, LongPredicate fits, LongUnaryOperator then) {}

  private static final int SHOWN = 12;
  private static final long BEFORE_NANOS = 200_000_000;

  private record Tried(BitSet done, long value) {}

  private final List<Operation> operations;
  private final Set<Tried> tried = new HashSet<>();
  private BitSet best = new BitSet();
  private long bestValue;

  private Linearizer(List<Operation> history) {
    operations = new ArrayList<>(history);
    operations.sort(Comparator.comparingLong(Operation::start));
  }

  static boolean isLinearizable(List<Operation> history, long initial) {
    return new Linearizer(history).search(initial);
  }

  /**
   * Null when it is linearizable, else what was left when the search had come furthest, among what
   * it had put in order by then that went on at the same time (marked by a star) or shortly before.
   */
  static @Nullable String stuckAt(List<Operation> history, long initial) {
    Linearizer search = new Linearizer(history);
    return search.search(initial) ? null : search.furthest();
  }

  private String furthest() {
    StringBuilder text = new StringBuilder("the register holds " + bestValue + ", times in us");
    long from = operations.get(0).start;
    long first = operations.get(best.nextClearBit(0)).start;
    int left = 0;
    for (int i = 0; i < operations.size() && left < SHOWN; i++) {
      Operation o = operations.get(i);
      boolean done = best.get(i);
      left += done ? 0 : 1;
      if (!done || o.end >= first - BEFORE_NANOS) {
        text.append(String.format("%n%d to %d: ", (o.start - from) / 1000, (o.end - from) / 1000));
        text.append(o.text).append(done ? " *" : "");
      }
    }
    return text.toString();
  }

  /** A step taken: which operation came next, and what the register held before it. */
  private record Step(int operation, long before) {}

  private boolean search(long initial) {
    BitSet done = new BitSet();
    List<Step> steps = new ArrayList<>();
    long value = initial;
    int next = 0;
    while (steps.size() < operations.size()) {
      int chosen = choose(done, value, next);
      if (chosen >= 0) {
        steps.add(new Step(chosen, value));
        done.set(chosen);
        value = operations.get(chosen).then.applyAsLong(value);
        next = 0;
        if (done.cardinality() > best.cardinality()) {
          best = (BitSet) done.clone();
          bestValue = value;
        }
      } else if (steps.isEmpty()) {
        return false;
      } else {
        Step last = steps.remove(steps.size() - 1);
        done.clear(last.operation);
        value = last.before;
        next = last.operation + 1;
      }
    }
    return true;
  }

  /** The first operation from {@code from} on that may come next and leads to something new. */
  private int choose(BitSet done, long value, int from) {
    long earliestEnd = Long.MAX_VALUE;
    for (int i = done.nextClearBit(0); i < operations.size(); i = done.nextClearBit(i + 1)) {
      if (operations.get(i).start > earliestEnd) {
        break;
      }
      earliestEnd = Math.min(earliestEnd, operations.get(i).end);
    }
    for (int i = done.nextClearBit(from); i < operations.size(); i = done.nextClearBit(i + 1)) {
      Operation operation = operations.get(i);
      if (operation.start > earliestEnd) {
        return -1;
      }
      if (operation.fits.test(value)) {
        BitSet after = (BitSet) done.clone();
        after.set(i);
        if (tried.add(new Tried(after, operation.then.applyAsLong(value)))) {
          return i;
        }
      }
    }
    return -1;
  }
}
