package io.dfs.common.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sizes and durations as people write and read them. */
public final class Quantity {
  private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-zµ]*)");

  private static final String SIZE_HELP =
      "not a size; write a number and a unit (B, KiB, MiB, GiB, TiB)";
  private static final String DURATION_HELP =
      "not a duration; write a number and a unit (ms, s, m, h, d)";

  private static final Map<String, Long> BYTES_PER_UNIT =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("kib", 1L << 10),
          Map.entry("mib", 1L << 20),
          Map.entry("gib", 1L << 30),
          Map.entry("tib", 1L << 40),
          Map.entry("pib", 1L << 50),
          Map.entry("eib", 1L << 60),
          Map.entry("kb", 1_000L),
          Map.entry("mb", 1_000_000L),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("tb", 1_000_000_000_000L),
          Map.entry("pb", 1_000_000_000_000_000L),
          Map.entry("eb", 1_000_000_000_000_000_000L));

  private static final Map<String, Long> NANOS_PER_UNIT =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "min", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);

  private static final String[] SIZE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final String[] DURATION_UNITS = {"ns", "us", "ms", "s", "m", "h", "d"};
  private static final int[] DURATION_STEPS = {1000, 1000, 1000, 60, 60, 24};

  private Quantity() {}

  /**
   * Reads a size in bytes: {@code 4096}, {@code 64 KiB}, {@code 1.5GiB}, {@code 1 MB} (10^6).
   *
   * @throws IllegalArgumentException with a message for a person
   */
  public static long parseBytes(String text) {
    return parse(text.toLowerCase(Locale.ROOT), BYTES_PER_UNIT, SIZE_HELP);
  }

  /**
   * Reads a duration: {@code 500 ms}, {@code 10 s}, {@code 5 m}, {@code 2 h}, {@code 7 d}; only
   * zero needs no unit.
   *
   * @throws IllegalArgumentException with a message for a person
   */
  public static Duration parseDuration(String text) {
    return text.equals("0")
        ? Duration.ZERO
        : Duration.ofNanos(parse(text, NANOS_PER_UNIT, DURATION_HELP));
  }

  /** A size in the largest unit it fills, to one decimal: {@code 1.5 GiB}. */
  public static String formatBytes(long bytes) {
    BigDecimal amount = BigDecimal.valueOf(bytes);
    int unit = 0;
    while (unit < SIZE_UNITS.length - 1 && isAtLeast(amount, 1024)) {
      amount = amount.divide(BigDecimal.valueOf(1024));
      unit++;
    }
    return format(amount, SIZE_UNITS[unit]);
  }

  /** A duration in the largest unit it fills, to one decimal: {@code 12 s}, {@code 1.5 h}. */
  public static String formatDuration(Duration duration) {
    if (duration.isZero()) {
      return "0 s";
    }
    BigDecimal amount =
        BigDecimal.valueOf(duration.getSeconds())
            .movePointRight(9)
            .add(BigDecimal.valueOf(duration.getNano()));
    int unit = 0;
    while (unit < DURATION_STEPS.length && isAtLeast(amount, DURATION_STEPS[unit])) {
      amount = amount.divide(BigDecimal.valueOf(DURATION_STEPS[unit]), 20, RoundingMode.HALF_EVEN);
      unit++;
    }
    return format(amount, DURATION_UNITS[unit]);
  }

  private static long parse(String text, Map<String, Long> perUnit, String help) {
    Matcher parts = FORM.matcher(text);
    @Nullable Long unit = parts.matches() ? perUnit.get(parts.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(help);
    }
    BigDecimal amount = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit));
    if (amount.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("too large; write a smaller number or unit");
    }
    try {
      return amount.longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too fine a fraction; write a smaller unit", e);
    }
  }

  /** Whether an amount, as it would be shown, reaches a whole larger unit. */
  private static boolean isAtLeast(BigDecimal amount, int step) {
    return rounded(amount).abs().compareTo(BigDecimal.valueOf(step)) >= 0;
  }

  private static String format(BigDecimal amount, String unit) {
    return rounded(amount).stripTrailingZeros().toPlainString() + " " + unit;
  }

  private static BigDecimal rounded(BigDecimal amount) {
    return amount.setScale(1, RoundingMode.HALF_UP);
  }
}
