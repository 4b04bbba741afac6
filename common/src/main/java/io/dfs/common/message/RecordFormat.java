package io.dfs.common.message;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dfs.common.id.SingleValue;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * The format of records: an array of the components, or the only component as it is for a {@link
 * SingleValue}. A component that is missing at the end, or null, is null, 0 or false; what follows
 * the last one that is known is passed over.
 */
final class RecordFormat implements Format {
  private final boolean single;
  private final Format[] formats;
  private final Method[] accessors;
  private final Constructor<?> constructor;
  private final @Nullable Object[] absent;

  /**
   * @param formats of the components
   */
  RecordFormat(Class<?> type, RecordComponent[] components, Format[] formats) {
    this.single = SingleValue.class.isAssignableFrom(type);
    this.formats = formats;
    accessors = new Method[components.length];
    absent = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      accessors[i] = components[i].getAccessor();
      accessors[i].setAccessible(true);
      types[i] = components[i].getType();
      absent[i] = absent(types[i]);
    }
    try {
      constructor = type.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e); // every record has it
    }
    constructor.setAccessible(true);
  }

  private static @Nullable Object absent(Class<?> type) {
    if (type == int.class) {
      return 0;
    } else if (type == long.class) {
      return 0L;
    }
    return type == boolean.class ? false : null;
  }

  @Override
  public void write(Object value, JsonGenerator out) throws IOException {
    if (!single) {
      out.writeStartArray(value, formats.length);
    }
    for (int i = 0; i < formats.length; i++) {
      Object component = component(value, i);
      if (component == null) {
        out.writeNull();
      } else {
        formats[i].write(component, out);
      }
    }
    if (!single) {
      out.writeEndArray();
    }
  }

  private @Nullable Object component(Object record, int i) {
    try {
      return accessors[i].invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e); // the accessors of records do nothing that fails
    }
  }

  @Override
  public Object read(JsonParser in) throws IOException {
    if (single) {
      return make(formats[0].read(in));
    }
    Format.expect(JsonToken.START_ARRAY, in);
    @Nullable Object[] components = absent.clone();
    for (int i = 0; in.nextToken() != JsonToken.END_ARRAY; i++) {
      if (in.currentToken() == null) {
        throw new IOException("it ends too soon");
      } else if (i >= formats.length) {
        in.skipChildren();
      } else if (in.currentToken() != JsonToken.VALUE_NULL) {
        components[i] = formats[i].read(in);
      }
    }
    return make(components);
  }

  private Object make(@Nullable Object... components) throws IOException {
    try {
      return constructor.newInstance(components);
    } catch (InvocationTargetException e) {
      throw new IOException(e.getCause()); // the record refuses what was sent
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
