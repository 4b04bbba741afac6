package io.dfs.common.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** The format of the constants of an enum: their number in its order. */
final class EnumFormat implements Format {
  private final Class<?> type;
  private final Object[] constants;

  EnumFormat(Class<?> type) {
    this.type = type;
    this.constants = type.getEnumConstants();
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // the order is part of the protocol
  public void write(Object value, JsonGenerator out) throws IOException {
    out.writeNumber(((Enum<?>) value).ordinal());
  }

  @Override
  public Object read(JsonParser in) throws IOException {
    int number = (Integer) ScalarFormat.INT.read(in);
    if (number < 0 || number >= constants.length) {
      throw new IOException("no " + type.getSimpleName() + " has the number " + number);
    }
    return constants[number];
  }
}
