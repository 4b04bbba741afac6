package io.dfs.nameserver.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.command.Fix;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.Snapshot;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Paths;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * Checks the whole filesystem on a snapshot, while it is in use, and mends what it is told to. What
 * has to be compared is sorted by the same number and read side by side, so memory is some tens of
 * MiB for any number of files; the disk takes some 100 bytes a file meanwhile. Shared; each check
 * is confined to the thread that runs it.
 *
 * <p>Lines of JSON: {@code {"progress":"what is being looked at"}}; for a finding {@code
 * {"kind","loss","text","paths"[,"mended"]}}; at the end {@code {"summary":{...}}}.
 */
public final class Checker {
  /** Findings that wait for the paths of their files, which takes a walk over all names. */
  private static final int WAITING = 10_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private final KeyValueStore store;
  private final CommandLog commands;
  private final Holders holders;
  private final Path scratch;

  /**
   * @param scratch a directory for sorting, made when need be
   */
  public Checker(KeyValueStore store, CommandLog commands, Holders holders, Path scratch) {
    this.store = store;
    this.commands = commands;
    this.holders = holders;
    this.scratch = scratch;
  }

  /**
   * Writes what is found.
   *
   * @param copies whether to ask the dataservers
   */
  public void check(boolean repair, boolean copies, OutputStream out) throws IOException {
    try (Snapshot snapshot = store.snapshot()) {
      new Run(snapshot, repair, copies, out).run();
    }
  }

  /** One check. */
  private final class Run {
    private final Snapshot state;
    private final boolean repair;
    private final boolean copies;
    private final OutputStream out;
    private final List<Finding> waiting = new ArrayList<>();
    private final long startNanos = System.nanoTime();
    private long found;
    private long losses;
    private long mendable;
    private long mended;

    Run(Snapshot state, boolean repair, boolean copies, OutputStream out) {
      this.state = state;
      this.repair = repair;
      this.copies = copies;
      this.out = out;
    }

    void run() throws IOException {
      Files.createDirectories(scratch);
      try (LongSort names = new LongSort(scratch, 4);
          LongSort directories = new LongSort(scratch, 3);
          LongSort trees = new LongSort(scratch, 5);
          LongSort uses = new LongSort(scratch, 4)) {
        progress("names");
        new NamesCheck(state, this::add, names, directories).run();
        progress("inodes");
        new InodesCheck(state, this::add, names, directories, trees).run();
        progress("layouts");
        new ExtentsCheck(state, this::add, trees, uses).run();
        progress(copies ? "chunks and their copies" : "chunks");
        CopiesCheck held = copies ? new CopiesCheck(new Tables(store), holders, this::add) : null;
        new ChunksCheck(state, this::add, uses, held).run();
      }
      progress("what waits for something");
      new LeftoversCheck(state, this::add, System.currentTimeMillis()).run();
      flush();
      try (JsonGenerator json = line()) {
        json.writeStartObject();
        json.writeObjectFieldStart("summary");
        json.writeNumberField("findings", found);
        json.writeNumberField("losses", losses);
        json.writeNumberField("mendable", mendable);
        json.writeNumberField("mended", mended);
        json.writeNumberField("milliseconds", (System.nanoTime() - startNanos) / 1_000_000);
        json.writeEndObject();
        json.writeEndObject();
      }
      end();
    }

    private JsonGenerator line() throws IOException {
      return FACTORY.createGenerator(out);
    }

    private void end() throws IOException {
      out.write('\n');
    }

    private void progress(String what) throws IOException {
      try (JsonGenerator json = line()) {
        json.writeStartObject();
        json.writeStringField("progress", what);
        json.writeEndObject();
      }
      end();
      out.flush();
    }

    private void add(Finding finding) throws IOException {
      waiting.add(finding);
      if (waiting.size() == WAITING) {
        flush();
      }
    }

    private void flush() throws IOException {
      Map<Long, String> paths = paths();
      for (Finding finding : waiting) {
        found++;
        losses += finding.loss() ? 1 : 0;
        mendable += finding.fixes().isEmpty() ? 0 : 1;
        String failure = repair && !finding.fixes().isEmpty() ? mend(finding.fixes()) : null;
        try (JsonGenerator json = line()) {
          json.writeStartObject();
          json.writeStringField("kind", finding.kind());
          json.writeBooleanField("loss", finding.loss());
          json.writeStringField(
              "text", failure == null || failure.isEmpty() ? finding.text() : failure);
          json.writeArrayFieldStart("paths");
          for (long inode : finding.inodes()) {
            if (inode != 0) {
              json.writeString(paths.getOrDefault(inode, "inode " + inode));
            }
          }
          json.writeEndArray();
          if (failure != null) {
            json.writeBooleanField("mended", failure.isEmpty());
          }
          json.writeEndObject();
        }
        end();
      }
      waiting.clear();
    }

    /** Empty when all went well, else what did not. */
    private String mend(List<Fix> fixes) {
      try {
        for (Fix fix : fixes) {
          Timestamp now = Timestamp.of(Instant.now());
          commands.submit(new Command.Mend(fix, now), false).join();
        }
        mended++;
        return "";
      } catch (CompletionException e) {
        return "could not be mended: " + FsException.of(e).getMessage();
      }
    }

    /** The paths of all inodes that the waiting findings are about, by one walk. */
    private Map<Long, String> paths() {
      Map<Long, String> wanted = new HashMap<>();
      waiting.forEach(finding -> finding.inodes().forEach(inode -> wanted.put(inode, "")));
      wanted.remove(0L);
      if (wanted.isEmpty()) {
        return wanted;
      }
      Paths paths = new Paths(state);
      try (Rows d = Rows.of(state, 'D')) {
        while (d.next() instanceof Row.OfDentry entry) {
          wanted.computeIfPresent(
              entry.dentry().child().value(),
              (inode, path) -> text(paths.of(entry.parent(), entry.name())));
        }
      }
      wanted.computeIfPresent(1L, (root, path) -> "/");
      wanted.values().removeIf(String::isEmpty);
      return wanted;
    }

    private static String text(byte[] path) {
      return new String(path, StandardCharsets.UTF_8);
    }
  }
}
