package io.dfs.client.cli.doctor;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether the mounts of dfs on this machine answer. Confined. */
public final class MountCheck {
  /** A mount answers within milliseconds, or waits for the nameserver. */
  private static final int PATIENCE_S = 5;

  private final Consumer<Finding> found;

  public MountCheck(Consumer<Finding> found) {
    this.found = found;
  }

  /** Looks at every mount; one that does not answer costs 5 s. */
  public void look() {
    List<Path> mounts;
    try {
      mounts = DfsMounts.all();
    } catch (IOException e) {
      found.accept(Finding.warn("mounts", "cannot be listed: " + e.getMessage(), "run on Linux"));
      return;
    }
    if (mounts.isEmpty()) {
      found.accept(Finding.ok("mounts", "none on this machine"));
    }
    mounts.forEach(mount -> found.accept(state(mount)));
  }

  private static Finding state(Path mount) {
    String subject = "mount " + mount;
    CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
    Thread asking =
        new Thread(
            () -> {
              try {
                Files.readAttributes(mount, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                answer.complete(null);
              } catch (FileSystemException e) {
                answer.complete(e.getReason() == null ? e.toString() : e.getReason());
              } catch (IOException e) {
                answer.complete(e.toString());
              }
            },
            "dfs-doctor-mount");
    // The kernel may never answer.
    asking.setDaemon(true);
    asking.start();
    try {
      String failure = answer.get(PATIENCE_S, TimeUnit.SECONDS);
      return failure == null
          ? Finding.ok(subject, "answers")
          : Finding.error(
              subject,
              "is dead: " + failure,
              "dfs umount " + mount + " (or umount -l), then mount it again; its log says why");
    } catch (TimeoutException e) {
      return Finding.error(
          subject,
          "has not answered for " + PATIENCE_S + " s",
          "see whether the nameserver runs; to give it up: umount -l " + mount);
    } catch (InterruptedException | ExecutionException e) {
      return Finding.warn(subject, "could not be asked: " + e, "try again");
    }
  }
}
