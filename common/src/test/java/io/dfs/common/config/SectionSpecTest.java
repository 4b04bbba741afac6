package io.dfs.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A wrong declaration is a programmer's mistake: it stops the program and names the component. */
final class SectionSpecTest {
  record NoSection(@Setting(value = "1", doc = "One.") int a) {}

  @Section("x")
  record NoSetting(int a) {}

  @Section("x")
  record BadDefault(@Setting(value = "5", max = "4", doc = "Five.") int a) {}

  @Section("x")
  record BadType(@Setting(value = "5", doc = "Five.") AtomicLong a) {}

  @Section("x")
  record BadRange(@Setting(value = "a", min = "b", doc = "Text.") String a) {}

  @Section("x")
  record BadEmpty(@Setting(value = "", doc = "Needs an Optional.") Path a) {}

  @Test
  void everySettingIsDeclaredProperly() {
    assertRefused(NoSection.class.getName() + " has no @Section", NoSection.class);
    assertRefused("NoSetting.a: has no @Setting", NoSetting.class);
    assertRefused("BadDefault.a: too large; write a whole number, at most 4", BadDefault.class);
    assertRefused("BadType.a: " + AtomicLong.class + " is not a type of setting", BadType.class);
    assertRefused("BadRange.a: a String has no range", BadRange.class);
    assertRefused("BadEmpty.a: no path; write the name of a file or folder", BadEmpty.class);
  }

  @Test
  void keyIsTheComponentInKebabCase() {
    assertEquals("read-ahead-max", Scalar.kebab("readAheadMax"));
    assertEquals("raft2-port", Scalar.kebab("raft2Port"));
  }

  private static void assertRefused(String message, Class<? extends Record> type) {
    assertEquals(
        message,
        assertThrows(IllegalStateException.class, () -> ConfigFile.empty().read(type, List.of()))
            .getMessage());
  }
}
