package io.dfs.fusemount.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MountOptionsTest {
  private static final Set<String> CLIENT = Set.of("cache-memory", "dirty-buffer");

  @Test
  void theLastOfTwoThatExcludeEachOtherWins() {
    assertEquals(List.of("noatime", "rw"), parse("ro,noatime,rw").kernelFlags());
    assertEquals(List.of("ro"), parse("rw", "ro").kernelFlags());
    assertTrue(parse("rw,ro").readOnly());
  }

  @Test
  void settingsOfTheClientAndTimeoutsAreKeptApart() {
    MountOptions options =
        parse("cache-memory=32MiB,attr-timeout=0.5,entry_timeout=2s,direct_io,allow_other");
    assertEquals(List.of("cache-memory=32MiB"), options.clientSettings());
    assertEquals(Optional.of(Duration.ofMillis(500)), options.attrTimeout());
    assertEquals(Optional.of(Duration.ofSeconds(2)), options.entryTimeout());
    assertEquals(Optional.of(true), options.allowOther());
    assertTrue(options.directIo());
  }

  @Test
  void whatFstabAddsIsNothing() {
    assertEquals(parse(), parse("defaults,_netdev,nofail,x-systemd.automount,relatime"));
  }

  @Test
  void unknownOptionsAreRefusedWithTheListOfThoseThatExist() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> parse("ro,fast,cachememory=3"))
            .getMessage();
    assertTrue(message.contains("fast, cachememory=3;"), message);
    assertTrue(message.contains("cache-memory=VALUE"), message);
    assertThrows(IllegalArgumentException.class, () -> parse("attr-timeout=soon"));
  }

  private static MountOptions parse(String... values) {
    return MountOptions.parse(List.of(values), CLIENT);
  }
}
