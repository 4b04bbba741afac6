package io.dfs.nameserver.convert;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.config.Quantity;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Severity;
import io.dfs.nameserver.cluster.Events;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.rewrite.Batches;
import io.dfs.nameserver.rewrite.Rewriting;
import io.dfs.nameserver.state.Conversions;
import io.dfs.nameserver.state.Conversions.Conversion;
import io.dfs.nameserver.state.Conversions.Unseen;
import io.dfs.nameserver.state.Conversions.Waiting;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Paths;
import io.dfs.nameserver.state.Tables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works conversions off: has the directories gone through, and then the bytes of their files
 * rewritten where they are not as the files' settings say. What is left is in the state, so it goes
 * on after a restart. Shared; the work is done by a thread of its own.
 *
 * <p>A pass goes over all noted files in steps: misfits are rewritten, then the files are looked at
 * again, and the notes of those without misfits go if the file has not changed since. A file that
 * is being written meanwhile, or whose bytes could not be copied, stays noted for the next pass.
 */
public final class Converter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Converter.class);

  /** How often it looks whether there is something to do. */
  private static final long LOOK_MS = 500;

  /** Between steps through directories, of 128 entries: leaves most of the time to others. */
  private static final long STEP_MS = 5;

  /** Files of one step; what they need is copied before the next. */
  private static final int STEP_FILES = 1000;

  /** A step ends after a file that takes it past this, so that progress is seen and kept. */
  private static final long STEP_BYTES = 1L << 30;

  /** Some 5 ms of reading. */
  private static final int EXTENTS = 2000;

  /** After a pass that left files: doubled from the first to the second. */
  private static final long MIN_PAUSE_MS = 1000;

  private static final long MAX_PAUSE_MS = 60_000;

  /** A file that fills a part of a chunk that is worth it begins a new one. */
  private static final int OWN_CHUNK_SHARE = 4;

  private final KeyValueStore store;
  private final Tables tables;
  private final Conversions conversions;
  private final CommandLog commands;
  private final Rewriting rewriting;
  private final Events events;
  private final Misfits misfits;
  private final Thread thread = new Thread(this::loop, "dfs-convert");

  @GuardedBy("this")
  private String problem = "";

  public Converter(KeyValueStore store, CommandLog commands, Rewriting rewriting, Events events) {
    this.store = store;
    this.tables = new Tables(store);
    this.conversions = tables.conversions();
    this.commands = commands;
    this.rewriting = rewriting;
    this.events = events;
    this.misfits = new Misfits(tables);
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /** How far all of it is. */
  public Reply.Conversions status() {
    Paths paths = new Paths(store);
    List<io.dfs.common.message.Conversion> all = new ArrayList<>();
    for (Conversion c : conversions.all()) {
      all.add(
          new io.dfs.common.message.Conversion(
              path(paths, c),
              c.chunkBytes(),
              c.replicas(),
              conversions.unseen(c.directory()) != null,
              c.files(),
              c.bytes(),
              c.filesLeft(),
              c.bytesLeft(),
              c.skipped(),
              problem()));
    }
    return new Reply.Conversions(all);
  }

  private static String path(Paths paths, Conversion c) {
    return new String(paths.of(c.directory()), StandardCharsets.UTF_8);
  }

  private synchronized String problem() {
    return problem;
  }

  private synchronized void problem(String value) {
    problem = value;
  }

  private void loop() {
    long pauseMs = MIN_PAUSE_MS;
    try {
      while (true) {
        Thread.sleep(LOOK_MS);
        if (conversions.all().isEmpty()) {
          continue;
        }
        try {
          boolean found = lookThroughDirectories();
          boolean left = pass();
          pauseMs = found || !left ? MIN_PAUSE_MS : Math.min(MAX_PAUSE_MS, 2 * pauseMs);
        } catch (FsException e) {
          problem(String.valueOf(e.getMessage()));
          log.debug("a conversion waits", e);
        }
        Thread.sleep(conversions.all().isEmpty() ? 0 : pauseMs);
      }
    } catch (InterruptedException e) {
      log.debug("conversion ends");
    } catch (RuntimeException e) {
      log.error("conversion ends until the nameserver is restarted; please report this", e);
    }
  }

  /** The earliest conversion first, so that a later one has the last word. */
  private boolean lookThroughDirectories() throws InterruptedException {
    boolean found = false;
    for (Conversion conversion : conversions.all()) {
      Unseen unseen = conversions.unseen(conversion.directory());
      while (unseen != null) {
        found = true;
        submit(new Command.ConvertBelow(conversion.directory(), unseen.directory()));
        Thread.sleep(STEP_MS);
        unseen = conversions.unseen(conversion.directory());
      }
    }
    return found;
  }

  /** Goes over all noted files; whether some are left. */
  private boolean pass() throws InterruptedException {
    List<Conversion> before = conversions.all();
    Set<InodeId> unfinished = new HashSet<>();
    problem("");
    InodeId cursor = new InodeId(0);
    List<Waiting> step = conversions.waiting(cursor, STEP_FILES);
    while (!step.isEmpty()) {
      cursor = step(step, unfinished);
      step = conversions.waiting(cursor, STEP_FILES);
    }
    Paths paths = new Paths(store);
    for (Conversion conversion : before) {
      InodeId id = conversion.directory();
      if (!unfinished.contains(id) && conversions.unseen(id) == null) {
        submit(new Command.EndConversion(id, conversion.started()));
        if (conversions.find(id) == null) {
          events.record(
              Severity.INFO,
              path(paths, conversion),
              conversion.files() + " files below it have " + describe(conversion) + " now");
        }
      }
    }
    return !unfinished.isEmpty();
  }

  private static String describe(Conversion c) {
    String copies = c.replicas() == 0 ? "" : c.replicas() + " copies";
    String chunks = c.chunkBytes() == 0 ? "" : "chunks of " + Quantity.formatBytes(c.chunkBytes());
    return copies + (copies.isEmpty() || chunks.isEmpty() ? "" : " and ") + chunks;
  }

  /** Works on the first of these files; returns the last that it has taken. */
  private InodeId step(List<Waiting> files, Set<InodeId> unfinished) throws InterruptedException {
    Batches batches = new Batches(rewriting, e -> problem(String.valueOf(e.getMessage())));
    List<Waiting> taken = new ArrayList<>();
    long bytes = 0;
    for (Waiting file : files) {
      taken.add(file);
      bytes += rewrite(file, batches);
      if (bytes >= STEP_BYTES) {
        break;
      }
    }
    batches.finish();
    List<Command.Converted> done = new ArrayList<>();
    for (Waiting file : taken) {
      Inode inode = tables.findInode(file.file());
      if (inode == null || !hasMisfits(inode, conversions.find(file.conversion()))) {
        done.add(new Command.Converted(file.file(), inode == null ? 0 : inode.version()));
      }
    }
    submit(new Command.DropConverted(done));
    for (Waiting file : taken) {
      if (conversions.waiting(file.file()) != null) {
        unfinished.add(file.conversion());
      }
    }
    return taken.get(taken.size() - 1).file();
  }

  /** Puts what is to be rewritten; returns how many bytes. */
  private long rewrite(Waiting file, Batches batches) throws InterruptedException {
    Inode inode = tables.findInode(file.file());
    if (inode == null || !inode.isRegular()) {
      return 0;
    }
    Conversion conversion = conversions.find(file.conversion());
    boolean several = misfits.isInSeveral(inode);
    boolean large = inode.allocated() > inode.settings().chunkBytes() / OWN_CHUNK_SHARE;
    long bytes = 0;
    long offset = 0;
    List<Extent> extents = extents(inode, offset);
    while (!extents.isEmpty()) {
      for (Extent extent : extents) {
        offset = extent.fileEnd();
        if (misfits.isMisfit(inode, extent, conversion, several)) {
          if (large && bytes == 0) {
            batches.flush(inode.settings());
          }
          batches.put(inode.settings(), inode.id(), extent);
          bytes += extent.length();
        }
      }
      extents = extents(inode, offset);
    }
    return bytes;
  }

  private List<Extent> extents(Inode inode, long offset) {
    long end = Math.min(inode.size(), inode.cutAt());
    return tables.extents(inode.tree(), offset, end, EXTENTS);
  }

  private boolean hasMisfits(Inode inode, @Nullable Conversion conversion) {
    boolean several = misfits.isInSeveral(inode);
    long offset = 0;
    List<Extent> extents = extents(inode, offset);
    while (!extents.isEmpty()) {
      for (Extent extent : extents) {
        offset = extent.fileEnd();
        if (misfits.isMisfit(inode, extent, conversion, several)) {
          return true;
        }
      }
      extents = extents(inode, offset);
    }
    return false;
  }

  private void submit(Command command) throws InterruptedException {
    try {
      commands.submit(command, false).get();
    } catch (ExecutionException e) {
      throw FsException.of(e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
