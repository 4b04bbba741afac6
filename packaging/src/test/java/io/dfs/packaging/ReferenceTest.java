package io.dfs.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class ReferenceTest {
  @TempDir Path dir;

  @Test
  void everyOptionOfEveryCommandIsInItsPageAndInTheCompletions() throws IOException {
    Reference.main(new String[] {dir.resolve("man").toString(), dir.resolve("c").toString()});
    String bash = Files.readString(dir.resolve("c/dfs"));
    String fish = Files.readString(dir.resolve("c/dfs.fish"));
    assertTrue(Files.readString(dir.resolve("c/_dfs")).startsWith("#compdef dfs\n"));
    CommandLine dfs = Reference.model();
    for (CommandSpec command : Reference.commands(dfs).values()) {
      String page = Files.readString(dir.resolve("man/dfs-" + command.name() + ".1"));
      for (OptionSpec option : command.options()) {
        for (String name : option.hidden() ? List.<String>of() : List.of(option.names())) {
          assertTrue(page.contains(name.replace("-", "\\-")), name + " is not in\n" + page);
          assertTrue(bash.contains(name), () -> command.name() + " " + name);
          assertTrue(fish.contains(name.replaceFirst("^--?", "")), () -> command.name() + name);
        }
      }
    }
  }

  @Test
  void theOverviewOfCommandsNamesAllOfThem() throws IOException {
    String overview = Files.readString(Path.of("../man/dfs.1"));
    List<String> missing =
        Reference.commands(Reference.model()).keySet().stream()
            .filter(
                name ->
                    !Pattern.compile("^[.]BR? \"?" + name + "\\b", Pattern.MULTILINE)
                        .matcher(overview)
                        .find())
            .toList();
    assertEquals(List.of(), missing);
  }
}
