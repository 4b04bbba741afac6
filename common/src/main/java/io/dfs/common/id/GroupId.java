package io.dfs.common.id;

/** The number of a placement group, from 1 to {@link #MAX}: 20 bits, because chunk ids carry it. */
public record GroupId(int value) implements SingleValue {
  public static final int MAX = (1 << 20) - 1;

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupId id && id.value == value;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(value);
  }

  @Override
  public String toString() {
    return "pg" + value;
  }
}
