package io.dfs.common.message;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The formats of all types that occur in messages, each made when it is needed first: a command
 * needs few of them. Shared.
 */
final class Formats {
  private static final Map<Class<?>, Format> KNOWN = new ConcurrentHashMap<>();

  private Formats() {}

  /** The format of a record, which does not contain itself, or an enum. */
  static Format of(Class<?> type) {
    Format known = KNOWN.get(type);
    if (known == null) {
      // Made twice when two threads are the first; either is as good.
      known = type.isEnum() ? new EnumFormat(type) : ofRecord(type);
      KNOWN.put(type, known);
    }
    return known;
  }

  private static Format ofRecord(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null) {
      throw new IllegalArgumentException("messages are not made of " + type);
    }
    Format[] formats = new Format[components.length];
    for (int i = 0; i < components.length; i++) {
      formats[i] = ofComponent(components[i]);
    }
    return new RecordFormat(type, components, formats);
  }

  private static Format ofComponent(RecordComponent component) {
    Class<?> type = component.getType();
    if (type == List.class) {
      ParameterizedType list = (ParameterizedType) component.getGenericType();
      return new ListFormat(ofPlain((Class<?>) list.getActualTypeArguments()[0]));
    }
    return ofPlain(type);
  }

  private static Format ofPlain(Class<?> type) {
    ScalarFormat scalar = ScalarFormat.of(type);
    return scalar != null ? scalar : of(type);
  }
}
