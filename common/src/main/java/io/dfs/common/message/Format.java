package io.dfs.common.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** How the values of one type are written as CBOR and read again. Immutable and shared. */
interface Format {
  /** Writes a value, which is not null. */
  void write(Object value, JsonGenerator out) throws IOException;

  /**
   * Reads the value whose first token is the current one, which is not a null.
   *
   * @throws IOException also when it is of another type
   */
  Object read(JsonParser in) throws IOException;

  /** Refuses a token of another kind. */
  static void expect(JsonToken token, JsonParser in) throws IOException {
    if (in.currentToken() != token) {
      throw new IOException(in.currentToken() + " in the place of " + token);
    }
  }
}
