package io.dfs.client.cli.bench;

/**
 * One row of the result.
 *
 * @param cache what the reads could be served from; {@link Cache#NONE} for what is no read
 * @param count bytes or operations
 */
public record Measurement(
    String name, int streams, Cache cache, Unit unit, long count, double seconds) {

  /** Where read data may have come from. */
  public enum Cache {
    NONE(""),
    COLD("cold"),
    /** Cold was wanted, but only root can empty the kernel's cache. */
    NOT_DROPPED("not dropped"),
    WARM("warm");

    private final String text;

    Cache(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /** What is counted, and how it is shown per second. */
  public enum Unit {
    BYTES("MiB/s", 1 << 20),
    OPERATIONS("op/s", 1),
    FILES("files/s", 1);

    private final String text;
    private final double scale;

    Unit(String text, double scale) {
      this.text = text;
      this.scale = scale;
    }

    public String text() {
      return text;
    }
  }

  /** The rate in {@link #unit}'s terms. */
  public double rate() {
    return count / unit.scale / Math.max(seconds, 1e-9);
  }
}
