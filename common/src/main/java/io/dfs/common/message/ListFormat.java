package io.dfs.common.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The format of lists: an array. No element is null. */
record ListFormat(Format elements) implements Format {
  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    List<?> list = (List<?>) value;
    out.writeStartArray(list, list.size());
    for (Object element : list) {
      elements.write(element, out);
    }
    out.writeEndArray();
  }

  @Override
  public Object read(JsonParser in) throws IOException {
    Format.expect(JsonToken.START_ARRAY, in);
    List<Object> list = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      list.add(elements.read(in));
    }
    return list;
  }
}
