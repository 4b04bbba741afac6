package io.dfs.client.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PageTest {
  private static final Pattern PART =
      Pattern.compile("\\x1b\\[(\\d+);1H|\\x1b\\[([KJ])|\\x1b\\[\\?7[lh]|([^\\x1b\\n]+)|\n");

  /** As much of a terminal as a page needs. */
  private static final class Screen {
    final String[] rows;
    int row;
    int column;

    Screen(int height) {
      rows = new String[height];
      Arrays.fill(rows, "");
    }

    Screen show(String text) {
      for (Matcher part = PART.matcher(text); part.find(); ) {
        if (part.group(1) != null) {
          row = Math.min(rows.length, Integer.parseInt(part.group(1))) - 1;
          column = 0;
        } else if (part.group(2) != null) {
          rows[row] = rows[row].substring(0, Math.min(column, rows[row].length()));
          if (part.group(2).equals("J")) {
            Arrays.fill(rows, row + 1, rows.length, "");
          }
        } else if (part.group(3) != null) {
          String was = rows[row];
          String written = was.substring(0, column) + part.group(3);
          column = written.length();
          rows[row] = written + (was.length() > column ? was.substring(column) : "");
        } else if (part.group().equals("\n")) {
          throw new AssertionError("a line feed in the last row scrolls");
        }
      }
      return this;
    }

    void is(String... expected) {
      assertArrayEquals(expected, rows);
    }
  }

  @Test
  void aPageTakesThePlaceOfALongerOne() {
    Screen screen = new Screen(4).show(Page.again("first line\nsecond\nthird\n"));
    screen.is("first line", "second", "third", "");
    screen.show(Page.again("1\n2\n")).is("1", "2", "", "");
  }

  @Test
  void aPageThatJustFitsIsAllThere() {
    new Screen(2).show(Page.again("one\ntwo\n")).is("one", "two");
  }

  @Test
  void aLowTerminalKeepsTheFirstLinesAndShowsTheLast() {
    new Screen(3)
        .show(Page.again("one\ntwo\nthree\nfour, the last\n"))
        .is("one", "two", "four, the last");
  }

  @Test
  void aNoticeTakesTheFirstLineOnly() {
    Screen screen = new Screen(2).show(Page.again("a long first line\ntwo\n"));
    screen.show(Page.notice("silent")).is("silent", "two");
  }
}
