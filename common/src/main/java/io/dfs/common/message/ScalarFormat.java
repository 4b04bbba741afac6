package io.dfs.common.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The formats of numbers, truth, text and arrays of numbers. */
enum ScalarFormat implements Format {
  INT {
    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
      out.writeNumber((Integer) value);
    }

    @Override
    public Object read(JsonParser in) throws IOException {
      Format.expect(JsonToken.VALUE_NUMBER_INT, in);
      return in.getIntValue();
    }
  },

  LONG {
    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
      out.writeNumber((Long) value);
    }

    @Override
    public Object read(JsonParser in) throws IOException {
      Format.expect(JsonToken.VALUE_NUMBER_INT, in);
      return in.getLongValue();
    }
  },

  BOOLEAN {
    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
      out.writeBoolean((Boolean) value);
    }

    @Override
    public Object read(JsonParser in) throws IOException {
      return in.getBooleanValue();
    }
  },

  TEXT {
    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
      out.writeString((String) value);
    }

    @Override
    public Object read(JsonParser in) throws IOException {
      Format.expect(JsonToken.VALUE_STRING, in);
      return in.getText();
    }
  },

  BYTES {
    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
      out.writeBinary((byte[]) value);
    }

    @Override
    public Object read(JsonParser in) throws IOException {
      Format.expect(JsonToken.VALUE_EMBEDDED_OBJECT, in);
      return in.getBinaryValue();
    }
  },

  INTS {
    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
      int[] numbers = (int[]) value;
      out.writeArray(numbers, 0, numbers.length);
    }

    @Override
    public Object read(JsonParser in) throws IOException {
      Format.expect(JsonToken.START_ARRAY, in);
      // Grown by what arrives: a length that a peer only claims takes no memory.
      int[] numbers = new int[FIRST_ROOM];
      int count = 0;
      while (in.nextToken() != JsonToken.END_ARRAY) {
        numbers = count < numbers.length ? numbers : Arrays.copyOf(numbers, 2 * count);
        numbers[count++] = (Integer) INT.read(in);
      }
      return Arrays.copyOf(numbers, count);
    }
  };

  private static final int FIRST_ROOM = 8;

  /** The format of a type; null when it is another kind of type. */
  static @Nullable ScalarFormat of(Class<?> type) {
    if (type == int.class || type == Integer.class) {
      return INT;
    } else if (type == long.class || type == Long.class) {
      return LONG;
    } else if (type == boolean.class || type == Boolean.class) {
      return BOOLEAN;
    } else if (type == String.class) {
      return TEXT;
    } else if (type == byte[].class) {
      return BYTES;
    }
    return type == int[].class ? INTS : null;
  }
}
