package io.dfs.nameserver.placement;

/** What may be done with the copies on a dataserver. */
public enum Standing {
  /** Gives copies and takes them. */
  GOOD,
  /** Its copies count and it may give them, but it takes none: it is silent, away or full. */
  KEEPING,
  /** Gives copies until it has none that count: it is being drained. */
  LEAVING,
  /** Its copies do not count any more. */
  LOST
}
