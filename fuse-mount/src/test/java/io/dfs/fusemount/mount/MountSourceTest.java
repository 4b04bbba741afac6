package io.dfs.fusemount.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.HostPort;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MountSourceTest {
  private static final int PORT = 9700;

  @Test
  void hostsPortsAndPathsAreFoundInWhatFstabSays() {
    assertEquals(source("/", "ns:9700"), parse("ns"));
    assertEquals(source("/", "ns:9701"), parse("ns:9701"));
    assertEquals(source("/", "ns:9700"), parse("ns:/"));
    assertEquals(source("/home/a:b", "ns:9700"), parse("ns:/home/a:b"));
    assertEquals(source("/x", "a:9700", "b:1", "c:9700"), parse("a,b:1,c:/x"));
    assertEquals(source("/x", "[::1]:9700", "[fe80::2]:9"), parse("[::1],[fe80::2]:9:/x"));
  }

  @Test
  void aPathAloneLeavesTheServersToTheConfiguration() {
    assertEquals(source("/data"), parse("/data"));
    assertEquals(source("/data"), parse(":/data"));
  }

  @Test
  void whatIsNoSourceIsRefusedWithTheForm() {
    for (String wrong : List.of("", "ns/data", "ns:port:/x", "a,,b:/x", "::1:/x", "ns:99999:/")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> parse(wrong), wrong).getMessage();
      assertTrue(message.contains("write "), message);
    }
  }

  private static MountSource parse(String text) {
    return MountSource.parse(text, PORT);
  }

  private static MountSource source(String path, String... servers) {
    return new MountSource(List.of(servers).stream().map(HostPort::parse).toList(), path);
  }
}
