package io.dfs.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "7 B, 7",
    "64 KiB, 65536",
    "1GiB, 1073741824",
    "1.5 GiB, 1610612736",
    "1 MB, 1000000",
    "3 kb, 3000",
    "1 PiB, 1125899906842624",
    "7 EiB, 8070450532247928832"
  })
  void sizesAreReadInBinaryAndDecimalUnits(String text, long bytes) {
    assertEquals(bytes, Quantity.parseBytes(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GiB", "-1", "5 parsecs", "1 GiB 2", "1,5 GiB", "0x10", "4 K", ".5 B"})
  void whatIsNoSizeIsRefusedWithTheUnits(String text) {
    assertEquals(
        "not a size; write a number and a unit (B, KiB, MiB, GiB, TiB)",
        assertThrows(IllegalArgumentException.class, () -> Quantity.parseBytes(text)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "500 ms, PT0.5S",
    "10 s, PT10S",
    "1.5s, PT1.5S",
    "5 m, PT5M",
    "5 min, PT5M",
    "2 h, PT2H",
    "7 d, PT168H",
    "250 us, PT0.00025S",
    "3 ns, PT0.000000003S"
  })
  void durationsAreReadInTheirUnits(String text, Duration duration) {
    assertEquals(duration, Quantity.parseDuration(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-5 s", "5 S", "1 h 30 m", "1 fortnight"})
  void whatIsNoDurationIsRefusedWithTheUnits(String text) {
    assertEquals(
        "not a duration; write a number and a unit (ms, s, m, h, d)",
        assertThrows(IllegalArgumentException.class, () -> Quantity.parseDuration(text))
            .getMessage());
  }

  @Test
  void amountsThatALongCannotHoldAreRefused() {
    assertEquals(
        "too large; write a smaller number or unit",
        assertThrows(IllegalArgumentException.class, () -> Quantity.parseBytes("8 EiB"))
            .getMessage());
    assertEquals(
        "too fine a fraction; write a smaller unit",
        assertThrows(IllegalArgumentException.class, () -> Quantity.parseBytes("0.3 KiB"))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1 KiB",
    "1610612736, 1.5 GiB",
    "1048575, 1 MiB",
    "-1536, -1.5 KiB",
    "9223372036854775807, 8 EiB"
  })
  void sizesAreShownInTheLargestUnitTheyFill(long bytes, String text) {
    assertEquals(text, Quantity.formatBytes(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT0.0000005S, 500 ns",
    "PT0.25S, 250 ms",
    "PT12S, 12 s",
    "PT59.99S, 1 m",
    "PT90M, 1.5 h",
    "PT36H, 1.5 d",
    "PT1000H, 41.7 d",
    "PT-2S, -2 s"
  })
  void durationsAreShownInTheLargestUnitTheyFill(Duration duration, String text) {
    assertEquals(text, Quantity.formatDuration(duration));
  }
}
