package io.dfs.client.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes maps, lists, strings, numbers and booleans as JSON. Object mapping would start slower. */
final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private Json() {}

  /** Keys and values in turn, in this order. */
  static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      object.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return object;
  }

  static void print(PrintWriter out, Object value) throws IOException {
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      generator.setPrettyPrinter(new DefaultPrettyPrinter());
      write(generator, value);
    }
    out.println();
  }

  /** On a line of its own. */
  static void printLine(PrintWriter out, Object value) throws IOException {
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      write(generator, value);
    }
    out.println();
  }

  /** An array that is written while it is made. */
  static final class Array implements AutoCloseable {
    private final PrintWriter out;
    private final JsonGenerator generator;

    Array(PrintWriter out) throws IOException {
      this.out = out;
      this.generator = FACTORY.createGenerator(out);
      generator.setPrettyPrinter(new DefaultPrettyPrinter());
      generator.writeStartArray();
    }

    void add(Object value) throws IOException {
      write(generator, value);
    }

    @Override
    public void close() throws IOException {
      generator.writeEndArray();
      generator.close();
      out.println();
    }
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      generator.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        generator.writeFieldName((String) entry.getKey());
        write(generator, entry.getValue());
      }
      generator.writeEndObject();
    } else if (value instanceof Iterable<?> list) {
      generator.writeStartArray();
      for (Object item : list) {
        write(generator, item);
      }
      generator.writeEndArray();
    } else if (value instanceof Integer number) {
      generator.writeNumber(number);
    } else if (value instanceof Long number) {
      generator.writeNumber(number);
    } else if (value instanceof Double number) {
      generator.writeNumber(number);
    } else if (value instanceof Boolean bool) {
      generator.writeBoolean(bool);
    } else {
      generator.writeString(value.toString());
    }
  }
}
