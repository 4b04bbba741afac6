package io.dfs.client.cli.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void quotesBackslashesAndCommentsAreUnderstood() {
    assertEquals(List.of("put", "my file", "a b", ""), Words.of("put 'my file'  a\\ b \"\""));
    assertEquals(List.of("a#b", "it's", "\\n"), Words.of("a#b \"it's\" '\\n' # rest"));
    assertEquals(List.of(), Words.of("  # nothing"));
    assertThrows(IllegalArgumentException.class, () -> Words.of("cat 'x"));
  }
}
