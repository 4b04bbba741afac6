package io.dfs.client.cli.sync;

import io.dfs.common.error.FsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the target directory like the source. Confined to a thread, but for the copies of files,
 * which {@link Jobs} runs.
 *
 * <p>A file is taken for the same when size and time of change are. What fails is told and left,
 * the rest goes on; a directory that cannot be listed has nothing deleted in it. Modes, times of
 * files and directories, symbolic links and further names of files are kept. Remembered are the
 * directories, whose times are set last, and the files with several names.
 */
public final class Sync {
  /** What an interrupted copy has left; it is taken up again, not copied. */
  private static final String PART = ".dfs-part";

  /** Copies a file with its time of change, whole or not at all. */
  public interface Copy {
    void copy(String path) throws IOException;
  }

  /** Runs something soon, perhaps several at once. */
  public interface Jobs {
    void add(Runnable job);

    /** Waits for all that was added. */
    void finish() throws InterruptedException;
  }

  /** Is told what is done, from several threads. */
  public interface Observer {
    void copied(String path, long bytes, boolean isNew);

    /** Made, changed or linked without copying. */
    void changed(String path);

    void deleted(String path);

    void unchanged(String path);

    void failed(String path, Exception why);
  }

  private record Link(String first, String path) {}

  private final Side source;
  private final Side target;
  private final Copy copy;
  private final Jobs jobs;
  private final Observer observer;
  private final boolean delete;
  private final boolean dryRun;
  private final Map<Object, String> firstNames = new HashMap<>();
  private final List<Link> links = new ArrayList<>();

  /** Of directories that were made or may have changed, those inside first. */
  private final Map<String, SyncEntry> directories = new java.util.LinkedHashMap<>();

  /**
   * @param delete what the source does not have
   * @param dryRun only tell what would be done
   */
  public Sync(
      Side source,
      Side target,
      Copy copy,
      Jobs jobs,
      Observer observer,
      boolean delete,
      boolean dryRun) {
    this.source = source;
    this.target = target;
    this.copy = copy;
    this.jobs = jobs;
    this.observer = observer;
    this.delete = delete;
    this.dryRun = dryRun;
  }

  /** Does all of it; returns when it is done. */
  public void run() throws IOException, InterruptedException {
    SyncEntry from = source.find("");
    if (from == null || !from.isDirectory()) {
      throw new IOException("the source is no directory; dfs put and dfs get copy files");
    }
    SyncEntry to = target.find("");
    if (to != null && !to.isDirectory()) {
      throw new IOException("the target is no directory");
    }
    if (to == null && !dryRun) {
      target.mkdir("");
    }
    directory("", from, to);
    jobs.finish();
    links.forEach(link -> attempt(link.path(), () -> link(link)));
    directories.forEach((path, like) -> attempt(path, () -> finish(path, like)));
  }

  private interface Step {
    void run() throws IOException;
  }

  private void attempt(String path, Step step) {
    try {
      step.run();
    } catch (IOException | FsException e) {
      observer.failed(path, e);
    }
  }

  private void directory(String path, SyncEntry like, @Nullable SyncEntry there)
      throws IOException {
    Map<String, SyncEntry> wanted = source.list(path);
    Map<String, SyncEntry> present = there == null ? Map.of() : target.list(path);
    if (delete) {
      present
          .keySet()
          .forEach(
              name -> {
                if (!wanted.containsKey(name) && !isPart(name)) {
                  attempt(child(path, name), () -> delete(child(path, name)));
                }
              });
    }
    for (SyncEntry entry : wanted.values()) {
      String at = child(path, entry.name());
      if (!isPart(entry.name())) {
        attempt(at, () -> entry(at, entry, present.get(entry.name())));
      }
    }
    if (!dryRun) {
      directories.put(path, like);
    }
  }

  private static boolean isPart(String name) {
    return name.startsWith(".") && (name.endsWith(PART) || name.endsWith(PART + ".notes"));
  }

  private static String child(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }

  private void entry(String path, SyncEntry entry, @Nullable SyncEntry there) throws IOException {
    SyncEntry old = there;
    if (old != null && old.isDirectory() != entry.isDirectory()) {
      if (!delete) {
        throw new IOException(
            path + ": a directory on one side and none on the other; --delete replaces it");
      }
      delete(path);
      old = null;
    }
    switch (entry.type()) {
      case DIRECTORY -> {
        if (old == null) {
          observer.changed(path);
          if (!dryRun) {
            target.mkdir(path);
          }
        }
        directory(path, entry, old);
      }
      case FILE -> file(path, entry, old);
      case SYMLINK -> symlink(path, old);
      default ->
          throw new IOException(path + ": neither file, directory nor symbolic link; left out");
    }
  }

  private void file(String path, SyncEntry entry, @Nullable SyncEntry there) throws IOException {
    String first = entry.names() > 1 ? firstNames.putIfAbsent(entry.key(), path) : null;
    if (first != null) {
      links.add(new Link(first, path));
      return;
    }
    if (!entry.sameContent(there)) {
      if (dryRun) {
        observer.copied(path, entry.bytes(), there == null);
        return;
      }
      jobs.add(
          () ->
              attempt(
                  path,
                  () -> {
                    if (there != null && there.type() != SyncEntry.Type.FILE) {
                      target.delete(path);
                    }
                    copy.copy(path);
                    target.mode(path, entry.mode());
                    observer.copied(path, entry.bytes(), there == null);
                  }));
    } else if (there != null && there.mode() != entry.mode()) {
      observer.changed(path);
      if (!dryRun) {
        target.mode(path, entry.mode());
      }
    } else {
      observer.unchanged(path);
    }
  }

  private void symlink(String path, @Nullable SyncEntry there) throws IOException {
    String to = source.readlink(path);
    if (there != null
        && there.type() == SyncEntry.Type.SYMLINK
        && target.readlink(path).equals(to)) {
      observer.unchanged(path);
      return;
    }
    observer.changed(path);
    if (!dryRun) {
      if (there != null) {
        target.delete(path);
      }
      target.symlink(to, path);
    }
  }

  private void link(Link link) throws IOException {
    SyncEntry first = target.find(link.first());
    SyncEntry there = target.find(link.path());
    if (first != null && there != null && first.key().equals(there.key())) {
      observer.unchanged(link.path());
      return;
    }
    observer.changed(link.path());
    if (!dryRun) {
      if (there != null) {
        target.delete(link.path());
      }
      target.link(link.first(), link.path());
    }
  }

  private void delete(String path) throws IOException {
    observer.deleted(path);
    if (!dryRun) {
      target.delete(path);
    }
  }

  /** Last, as every entry that is made in it changes its time. */
  private void finish(String path, SyncEntry like) throws IOException {
    SyncEntry now = target.find(path);
    if (now == null) {
      return;
    }
    if (now.mode() != like.mode()) {
      target.mode(path, like.mode());
    }
    if (!now.sameTime(like)) {
      target.time(path, like);
    }
  }
}
