package io.dfs.dataserver.scrub;

import io.dfs.common.message.ScrubProgress;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far scrubbing of a disk is. Immutable. Kept in the disk's file {@code dfs-scrub}, text of one
 * {@code key=value} a line, so that a restart goes on where it was.
 *
 * @param startedSeconds when the pass began, seconds of the epoch; 0 before the first
 * @param endedSeconds when the last pass ended; 0 before
 * @param place of the last chunk that was verified, as {@code DiskChunks.place}
 * @param first whether none was yet
 * @param verifiedBytes in this pass
 * @param badChunks set aside since the disk is in use
 */
record ScrubState(
    long startedSeconds,
    long endedSeconds,
    long place,
    boolean first,
    long verifiedBytes,
    long badChunks,
    boolean paused) {
  static final String FILE = "dfs-scrub";
  private static final Logger log = LoggerFactory.getLogger(ScrubState.class);

  static final ScrubState NEW = new ScrubState(0, 0, 0, true, 0, 0, false);

  boolean isRunning() {
    return startedSeconds > endedSeconds;
  }

  /** Its pass is over when there is nothing to verify that soon, so the next begins a second on. */
  ScrubState begin(long nowSeconds) {
    return new ScrubState(
        Math.max(nowSeconds, endedSeconds + 1), endedSeconds, 0, true, 0, badChunks, paused);
  }

  ScrubState verified(long newPlace, long bytes) {
    return new ScrubState(
        startedSeconds, endedSeconds, newPlace, false, verifiedBytes + bytes, badChunks, paused);
  }

  ScrubState end(long nowSeconds) {
    return new ScrubState(
        startedSeconds,
        Math.max(nowSeconds, startedSeconds),
        place,
        first,
        verifiedBytes,
        badChunks,
        paused);
  }

  ScrubState foundBad() {
    return new ScrubState(
        startedSeconds, endedSeconds, place, first, verifiedBytes, badChunks + 1, paused);
  }

  ScrubState paused(boolean now) {
    return new ScrubState(
        startedSeconds, endedSeconds, place, first, verifiedBytes, badChunks, now);
  }

  ScrubProgress progress(String disk, long usedBytes) {
    return new ScrubProgress(
        disk,
        paused,
        isRunning(),
        startedSeconds,
        endedSeconds,
        Math.min(verifiedBytes, usedBytes),
        usedBytes,
        badChunks);
  }

  String text() {
    return "# How far verifying this disk is. Made by dfs; a file that is gone only starts anew.\n"
        + ("started=" + startedSeconds + "\n")
        + ("ended=" + endedSeconds + "\n")
        + ("place=" + Long.toHexString(place) + "\n")
        + ("first=" + first + "\n")
        + ("verified=" + verifiedBytes + "\n")
        + ("bad=" + badChunks + "\n")
        + ("paused=" + paused + "\n");
  }

  /** A file that is missing or makes no sense begins a new pass. */
  static ScrubState read(Path directory) {
    Properties values = new Properties();
    try {
      values.load(new StringReader(Files.readString(directory.resolve(FILE))));
      return new ScrubState(
          number(values, "started"),
          number(values, "ended"),
          Long.parseUnsignedLong(values.getProperty("place", "0"), 16),
          Boolean.parseBoolean(values.getProperty("first", "true")),
          number(values, "verified"),
          number(values, "bad"),
          Boolean.parseBoolean(values.getProperty("paused", "false")));
    } catch (NoSuchFileException e) {
      return NEW;
    } catch (IOException | IllegalArgumentException e) {
      log.warn(
          "{} in {} is not readable; scrubbing begins anew: {}", FILE, directory, e.toString());
      return NEW;
    }
  }

  private static long number(Properties values, String key) {
    return Long.parseLong(values.getProperty(key, "0"));
  }
}
