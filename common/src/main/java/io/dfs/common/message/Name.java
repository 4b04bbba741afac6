package io.dfs.common.message;

import io.dfs.common.id.SingleValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of a directory entry or an extended attribute: 1 to 255 bytes, any but {@code '/'} and
 * NUL. Names are bytes, as in POSIX; they need not be UTF-8. Immutable: nobody changes {@code
 * bytes} after handing them over.
 */
public record Name(byte[] bytes) implements Comparable<Name>, SingleValue {
  public static final int MAX_BYTES = 255;

  /** The name whose UTF-8 form is {@code text}. */
  public static Name of(String text) {
    return new Name(text.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return bytes.length;
  }

  public boolean isDot() {
    return bytes.length == 1 && bytes[0] == '.';
  }

  public boolean isDotDot() {
    return bytes.length == 2 && bytes[0] == '.' && bytes[1] == '.';
  }

  @Override
  public int compareTo(Name other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** For people and logs: UTF-8, with replacement characters for what is not. */
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
