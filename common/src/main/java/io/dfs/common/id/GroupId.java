package io.dfs.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The number of a placement group, from 1 to {@link #MAX}: 20 bits, because chunk ids carry it. */
public record GroupId(@JsonValue int value) {
  public static final int MAX = (1 << 20) - 1;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public GroupId {}

  @Override
  public String toString() {
    return "pg" + value;
  }
}
