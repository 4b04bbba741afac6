package io.dfs.common.id;

/** The number of a client's session with the nameserver; never used again. 0 is none. */
public record SessionId(long value) implements SingleValue {
  public static final SessionId NONE = new SessionId(0);

  @Override
  public boolean equals(Object other) {
    return other instanceof SessionId id && id.value == value;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  @Override
  public String toString() {
    return "s" + value;
  }
}
