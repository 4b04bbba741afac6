package io.dfs.nameserver.state;

/** A number that is kept with the state, so that no start has to count or to search. */
public enum Counter {
  /** Commands applied so far; also the cookie of the entry that a command makes. */
  APPLIED(1),
  /** The last inode or extent tree number given out. */
  INODE(2),
  /** The last chunk sequence given out. */
  CHUNK(3),
  SESSION(4),
  NODE(5),
  GROUP(6),
  /** Inodes that exist. */
  INODES(7),
  /** Chunks that exist. */
  CHUNKS(8),
  /** Inodes in the trash. */
  TRASH_INODES(16),
  /** What they keep in chunks, one copy counted. */
  TRASH_BYTES(17),
  /** Directories with a setting for the trash. */
  TRASH_SETTINGS(18),
  /** The sequence of the last event. */
  EVENT(32),
  /** Bytes a second for repair, for each receiving server; 0 for what the configuration says. */
  REPAIR_LIMIT(33),
  /** Likewise for balancing. */
  BALANCE_LIMIT(34),
  /** 1 while nothing is repaired. */
  REPAIR_PAUSED(35),
  /** 1 while nothing is balanced. */
  BALANCE_PAUSED(36);

  private final byte code;

  Counter(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }
}
