package io.dfs.common.metrics;

import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Message;
import io.dfs.common.message.OperationCount;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Call;
import io.dfs.common.net.CallHandler;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the calls of a handler, and answers those who ask for the counters. Shared; as many
 * entries as kinds of request.
 */
public final class StatsHandler implements CallHandler {
  private record Counted(LongAdder count, LongAdder nanos) {}

  private final CallHandler handler;
  private final CallMetrics calls;
  private final String version;
  private final long startedNanos = System.nanoTime();
  private final ConcurrentHashMap<Class<?>, Counted> operations = new ConcurrentHashMap<>();

  /**
   * @param calls gets this as its listener
   */
  public StatsHandler(CallHandler handler, CallMetrics calls, String version) {
    this.handler = new MeasuredHandler(handler, calls);
    this.calls = calls;
    this.version = version;
    calls.listen(this::answered);
  }

  private void answered(Message request, long nanos) {
    Class<?> type = request.getClass();
    Counted counted = operations.get(type);
    if (counted == null) {
      counted =
          operations.computeIfAbsent(type, unused -> new Counted(new LongAdder(), new LongAdder()));
    }
    counted.count.increment();
    counted.nanos.add(nanos);
  }

  @Override
  public void handle(Call call) {
    if (call.message() instanceof Query.GetStats
        || call.message() instanceof ChunkRequest.GetStats) {
      call.payload().release();
      call.reply(stats());
    } else {
      handler.handle(call);
    }
  }

  private Reply.Stats stats() {
    List<OperationCount> counts =
        operations.entrySet().stream()
            .map(
                each ->
                    new OperationCount(
                        each.getKey().getSimpleName(),
                        each.getValue().count.sum(),
                        each.getValue().nanos.sum()))
            .sorted(Comparator.comparing(OperationCount::name))
            .toList();
    return new Reply.Stats(
        version,
        System.currentTimeMillis(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos),
        calls.receivedBytes(),
        calls.sentBytes(),
        counts);
  }
}
