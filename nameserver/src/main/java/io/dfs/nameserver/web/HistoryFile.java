package io.dfs.nameserver.web;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.nameserver.web.History.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the day and the month of a {@link History} outlive the process: JSON, replaced as a whole.
 * It only feeds charts, so whatever is wrong with it is logged and done without. Confined to one
 * thread at a time.
 */
final class HistoryFile {
  private static final Logger log = LoggerFactory.getLogger(HistoryFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A whole one has less than 1 MB. */
  private static final long MAX_BYTES = 16 << 20;

  private final Path file;

  HistoryFile(Path file) {
    this.file = file;
  }

  void read(History history) {
    try {
      if (!Files.exists(file)) {
        return;
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException("it is far too long");
      }
      Map<Span, List<Sample>> kept = JSON.readValue(file.toFile(), new TypeReference<>() {});
      kept.forEach(history::resume);
    } catch (IOException | RuntimeException e) {
      log.warn("the charts begin anew, for {} cannot be read: {}", file, e.toString());
    }
  }

  void write(History history) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(
          fresh,
          JSON.writeValueAsBytes(
              Map.of(
                  Span.DAY, history.since(Span.DAY, 0), Span.MONTH, history.since(Span.MONTH, 0))));
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      log.warn(
          "what the charts show will be lost with this process: {} cannot be written ({})",
          file,
          e.toString());
    }
  }
}
