package io.dfs.client.cli.shell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Reads lines from the terminal, with a history and completion. Confined. */
public final class LineEditor implements AutoCloseable {
  private static final int HISTORY_LINES = 1000;
  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;

  /** Knows how a word may go on. */
  public interface Completion {
    /**
     * Words for the place of the last of {@code words}, whose beginning is there already; a word
     * that ends with a slash goes on.
     */
    List<String> of(List<String> words);
  }

  private final Terminal terminal;
  private final LineReader reader;

  /**
   * @param history file that keeps the lines for the next time; null for none
   */
  public LineEditor(@Nullable Path history, Completion completion) throws IOException {
    // By stty: other ways unpack native libraries.
    terminal =
        TerminalBuilder.builder()
            .name("dfs")
            .system(true)
            .jna(false)
            .jansi(false)
            .jni(false)
            .exec(true)
            // Without a word about it.
            .dumb(true)
            .build();
    if (terminal.getWidth() == 0) {
      // Some that nobody told their size, as in containers, would show nothing.
      terminal.setSize(new Size(USUAL_COLUMNS, USUAL_ROWS));
    }
    reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(new DefaultParser())
            .completer(
                (line, parsed, candidates) -> {
                  for (String word :
                      completion.of(parsed.words().subList(0, parsed.wordIndex() + 1))) {
                    boolean ends = !word.endsWith("/");
                    candidates.add(new Candidate(word, word, null, null, null, null, ends));
                  }
                })
            .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
            .variable(LineReader.HISTORY_FILE_SIZE, HISTORY_LINES)
            // A name may have an exclamation mark.
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    if (history != null) {
      reader.setVariable(LineReader.HISTORY_FILE, history);
    }
  }

  /** The next line, empty when it was given up by Ctrl-C; null at the end (Ctrl-D). */
  public @Nullable String read(String prompt) {
    try {
      return reader.readLine(prompt);
    } catch (UserInterruptException e) {
      return "";
    } catch (EndOfFileException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }
}
