package io.dfs.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The number of a client's session with the nameserver; never used again. 0 is none. */
public record SessionId(@JsonValue long value) {
  public static final SessionId NONE = new SessionId(0);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public SessionId {}

  @Override
  public String toString() {
    return "s" + value;
  }
}
