package io.dfs.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a file of one writer may hold, in cells of 512 bytes that are written whole. A cell that was
 * acknowledged has one value; one in doubt has several.
 */
final class Expected {
  static final int CELL = 512;

  /** The value of a cell that was never written. */
  static final int HOLE = 0;

  private static final class Cell {
    /** What it may be. */
    final Set<Integer> now = new TreeSet<>(Set.of(HOLE));

    /** What it may be after a power cut: what was synced last, and all since. */
    final Set<Integer> sinceSync = new TreeSet<>(Set.of(HOLE));

    /** Unsynced bytes may be lost by all servers, and then the read fails. */
    boolean mayFail;
  }

  private final List<Cell> cells = new ArrayList<>();

  /** Power cuts so far. An answer that was on its way during one says nothing about after it. */
  private int losses;

  private Cell cell(int index) {
    while (cells.size() <= index) {
      cells.add(new Cell());
    }
    return cells.get(index);
  }

  /** To be handed to {@link #acknowledged} or {@link #synced} of what begins now. */
  int losses() {
    return losses;
  }

  /** A write has begun: from now on the value may be seen. */
  void begun(int from, int count, int stamp) {
    for (int i = from; i < from + count; i++) {
      cell(i).now.add(stamp);
      cell(i).sinceSync.add(stamp);
    }
  }

  void acknowledged(int from, int count, int stamp, int lossesBefore) {
    if (losses != lossesBefore) {
      return;
    }
    for (int i = from; i < from + count; i++) {
      cell(i).now.clear();
      cell(i).now.add(stamp);
      cell(i).mayFail = false;
    }
  }

  /** All that was acknowledged is on disks. */
  void synced(int lossesBefore) {
    if (losses != lossesBefore) {
      return;
    }
    for (Cell cell : cells) {
      if (cell.now.size() == 1) {
        cell.sinceSync.clear();
        cell.sinceSync.addAll(cell.now);
        cell.mayFail = false;
      }
    }
  }

  /** Some machine lost power. */
  void powerLost() {
    losses++;
    for (Cell cell : cells) {
      cell.now.addAll(cell.sinceSync);
      cell.mayFail |= cell.sinceSync.size() > 1;
    }
  }

  /** Whether anything in it must be there after a power cut. */
  boolean isSynced() {
    return cells.stream().anyMatch(cell -> !cell.sinceSync.contains(HOLE));
  }

  int size() {
    return cells.size();
  }

  boolean allows(int index, int stamp) {
    return index < cells.size() ? cells.get(index).now.contains(stamp) : stamp == HOLE;
  }

  boolean mayFail(int index) {
    return index < cells.size() && cells.get(index).mayFail;
  }

  String describe(int index) {
    return index < cells.size() ? cells.get(index).now.toString() : "never written";
  }
}
