package io.dfs.common.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ConfigReferenceTest {
  @Section("small")
  record SmallConfig(
      @Setting(
              value = "64 KiB",
              min = "4 KiB",
              doc =
                  "How much is read at a time. This is a long explanation, which has to be broken"
                      + " into several lines of the file.")
          @Bytes
          long readAhead,
      @Setting(value = "", doc = "Labels.") List<String> labels) {}

  @Section(value = "small", doc = "Small things.")
  record MoreConfig(@Setting(value = "yes", doc = "Whether to.") boolean more) {}

  @Test
  void everySettingIsExplainedAndCommentedOutAtItsDefault() {
    String text = ConfigReference.render(SmallConfig.class, MoreConfig.class);
    assertEquals(
        """
        # Small things.
        [small]

        # How much is read at a time. This is a long explanation, which has to be broken
        # into several lines of the file.
        # Size, at least 4 KiB.
        #read-ahead = 64 KiB

        # Labels.
        # List, separated by commas, each: text.
        #labels =

        # Whether to.
        # True or false.
        #more = yes
        """,
        text.substring(text.indexOf("\n\n") + 2));
  }

  @Test
  void referenceIsAConfigurationFileThatChangesNothing() {
    String text = ConfigReference.render(SampleConfig.class, SmallConfig.class);
    SampleConfig defaults = ConfigFile.empty().read(SampleConfig.class, List.of());
    ConfigFile asShipped = ConfigFile.parse("dfs.conf", text);
    asShipped.checkKeys(SampleConfig.class, SmallConfig.class);
    assertEquals(defaults, asShipped.read(SampleConfig.class, List.of()));

    ConfigFile uncommented = ConfigFile.parse("dfs.conf", text.replaceAll("(?m)^#(?! )", ""));
    uncommented.checkKeys(SampleConfig.class, SmallConfig.class);
    assertEquals(defaults, uncommented.read(SampleConfig.class, List.of()));
  }

  @Test
  void linesFitATerminal() {
    assertTrue(
        ConfigReference.render(SampleConfig.class, SmallConfig.class)
            .lines()
            .allMatch(line -> line.length() <= 80));
  }
}
