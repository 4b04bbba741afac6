package io.dfs.common.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of one daemon. Shared. */
public final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final String prefix;

  /** Refresh what has a changing set of labels. */
  private final List<Runnable> beforeScrape = new CopyOnWriteArrayList<>();

  /** The registry would let go of a source that nobody else holds. */
  private final List<Object> sources = new CopyOnWriteArrayList<>();

  /** One line of a {@link #table}. */
  public record Row(Map<String, String> labels, double value) {
    public Row {
      labels = Map.copyOf(labels);
    }
  }

  /**
   * Begins with the figures of the JVM.
   *
   * @param prefix of every name but those, as in {@code dfs_nameserver}
   */
  public Metrics(String prefix) {
    this.prefix = prefix + "_";
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** A value that rises and falls. */
  public <T> void gauge(String name, String meaning, T source, ToDoubleFunction<T> value) {
    Gauge.builder(prefix + name, source, value)
        .description(meaning)
        .strongReference(true)
        .register(registry);
  }

  /** A value that only rises while the daemon runs; {@code _total} is added to the name. */
  public <T> void counter(String name, String meaning, T source, ToDoubleFunction<T> value) {
    sources.add(source);
    FunctionCounter.builder(prefix + name, source, value).description(meaning).register(registry);
  }

  /**
   * Gauges whose labels come and go: all rows are asked for at each scrape. The caller bounds their
   * number.
   */
  public void table(String name, String meaning, Supplier<List<Row>> rows) {
    MultiGauge gauge = MultiGauge.builder(prefix + name).description(meaning).register(registry);
    beforeScrape.add(
        () ->
            gauge.register(
                rows.get().stream()
                    .map(row -> MultiGauge.Row.of(tags(row.labels()), row.value()))
                    .toList(),
                true));
  }

  private static Tags tags(Map<String, String> labels) {
    Tags tags = Tags.empty();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      tags = tags.and(label.getKey(), label.getValue());
    }
    return tags;
  }

  /**
   * Times operations of one kind.
   *
   * @param name {@code _seconds} and {@code _failures_total} are added to it
   */
  public OperationTimers operations(String name, String meaning) {
    return new OperationTimers(registry, prefix + name, meaning);
  }

  /** Times requests by operation. */
  public CallMetrics calls() {
    return new CallMetrics(registry, prefix);
  }

  /** All of it, in Prometheus' text format. */
  public String scrape() {
    beforeScrape.forEach(Runnable::run);
    return registry.scrape();
  }
}
