package io.dfs.client.profile;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The counts of all operations at one time, or between two. Immutable.
 *
 * <p>As text: a line for each operation, {@code NAME NANOS ERRORS BUCKET=COUNT...} with the buckets
 * that are not empty, and an empty line.
 */
public record Snapshot(List<OperationTimes> operations) {
  public static final Snapshot NONE = new Snapshot(List.of());

  public Snapshot {
    operations = List.copyOf(operations);
  }

  /** What was done since an earlier one, the most frequent first. */
  public Snapshot since(Snapshot earlier) {
    Map<String, OperationTimes> before =
        earlier.operations.stream()
            .collect(Collectors.toMap(OperationTimes::name, Function.identity()));
    return new Snapshot(
        operations.stream()
            .map(o -> before.containsKey(o.name()) ? o.since(before.get(o.name())) : o)
            .filter(o -> o.count() > 0)
            .sorted(
                Comparator.comparingLong(OperationTimes::count)
                    .reversed()
                    .thenComparing(OperationTimes::name))
            .toList());
  }

  public String toText() {
    StringBuilder text = new StringBuilder();
    for (OperationTimes o : operations) {
      text.append(o.name()).append(' ').append(o.nanos()).append(' ').append(o.errors());
      for (int i = 0; i < OperationTimes.BUCKETS; i++) {
        if (o.buckets()[i] > 0) {
          text.append(' ').append(i).append('=').append(o.buckets()[i]);
        }
      }
      text.append('\n');
    }
    return text.append('\n').toString();
  }

  /**
   * Reads one.
   *
   * @throws EOFException when there is none any more
   * @throws FsException EPROTO when it is none
   */
  public static Snapshot read(BufferedReader in) throws IOException {
    List<OperationTimes> operations = new ArrayList<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.isEmpty()) {
        return new Snapshot(operations);
      }
      try {
        operations.add(parse(line));
      } catch (RuntimeException e) {
        throw new FsException(
            Errno.EPROTO, "the mount is of another version of dfs, mount it again: " + line, e);
      }
    }
    throw new EOFException("the mount has ended");
  }

  private static OperationTimes parse(String line) {
    String[] words = line.split(" ", -1);
    long[] buckets = new long[OperationTimes.BUCKETS];
    long count = 0;
    for (int i = 3; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      int bucket = Integer.parseInt(words[i].substring(0, equals));
      buckets[bucket] = Long.parseLong(words[i].substring(equals + 1));
      count += buckets[bucket];
    }
    return new OperationTimes(
        words[0], count, Long.parseLong(words[1]), Long.parseLong(words[2]), buckets);
  }
}
