package io.dfs.common.message;

/** How much something matters to those who run a cluster. The order is part of the wire format. */
public enum Severity {
  /** Good to know. */
  INFO,
  /** All works, but less is left to fail: look at it soon. */
  WARN,
  /** Something does not work, or data cannot be read. */
  ERROR
}
