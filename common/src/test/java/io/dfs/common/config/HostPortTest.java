package io.dfs.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostPortTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0:9701, 0.0.0.0, 9701",
    "node-1.example_net:0, node-1.example_net, 0",
    "[::]:65535, ::, 65535",
    "[fe80::1%eth0]:80, fe80::1%eth0, 80",
    "[::ffff:10.0.0.1]:80, ::ffff:10.0.0.1, 80"
  })
  void addressIsReadAndWrittenInTheSameForm(String text, String host, int port) {
    assertEquals(new HostPort(host, port), HostPort.parse(text));
    assertEquals(text, HostPort.parse(text).toString());
  }

  @Test
  void missingPortIsTheDefaultIfThereIsOne() {
    assertEquals(new HostPort("db", 9700), HostPort.parse("db", 9700));
    assertEquals(new HostPort("::1", 9700), HostPort.parse("[::1]", 9700));
    assertEquals(new HostPort("db", 1), HostPort.parse("db:1", 9700));
    assertRefused("no port; write host:port, or [host]:port for an IPv6 address", "db");
  }

  @Test
  void ipv6WithoutBracketsIsRefusedBecauseItsPortIsAGuess() {
    assertRefused(
        "an IPv6 address without brackets; write host:port, or [host]:port for an IPv6 address",
        "fe80::1:9701");
  }

  @ParameterizedTest
  @ValueSource(strings = {"db:65536", "db:70000"})
  void portAbove65535IsRefused(String text) {
    assertRefused(
        "port " + text.substring(3) + " is out of range; write a port from 0 to 65535", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"db:", "db:http", "db:-1", "db:99999999999"})
  void whatIsNoPortIsRefused(String text) {
    assertRefused("'" + text.substring(3) + "' is not a port; write a port from 0 to 65535", text);
  }

  @ParameterizedTest
  @CsvSource({
    "':9701', no host",
    "'[]:9701', not an IPv6 address in the brackets",
    "'[db]:9701', not an IPv6 address in the brackets",
    "'[::1:9701', not an address",
    "'a b:9701', '''a b'' is not a host'",
    "'http://db:9701', '''//db:9701'' is not a port'"
  })
  void whatIsNoHostIsRefused(String text, String start) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text)).getMessage();
    assertEquals(start, message.substring(0, message.indexOf(';')));
  }

  private static void assertRefused(String message, String text) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text)).getMessage());
  }
}
