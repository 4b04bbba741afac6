package io.dfs.nameserver.rpc;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses messages that lack a component which is not {@code @Nullable}, so that a faulty peer
 * meets EPROTO and the code behind need not think of it. What to look at is found once per record
 * type.
 */
final class Completeness {
  private record Component(String name, boolean nullable, MethodHandle get) {}

  private static final ClassValue<List<Component>> COMPONENTS =
      new ClassValue<>() {
        @Override
        protected List<Component> computeValue(Class<?> type) {
          return components(type);
        }
      };

  private Completeness() {}

  private static List<Component> components(Class<?> type) {
    List<Component> components = new ArrayList<>();
    for (RecordComponent c : type.getRecordComponents()) {
      if (!c.getType().isPrimitive()) {
        try {
          components.add(
              new Component(
                  c.getName(),
                  c.getAnnotatedType().isAnnotationPresent(Nullable.class),
                  MethodHandles.publicLookup().unreflect(c.getAccessor())));
        } catch (IllegalAccessException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return components;
  }

  /** EPROTO when something is missing in {@code message}, however deep. */
  static void check(Record message) {
    for (Component component : COMPONENTS.get(message.getClass())) {
      Object value = value(component, message);
      if (value != null) {
        checkValue(value, message, component);
      } else if (!component.nullable) {
        throw missing(message, component);
      }
    }
  }

  private static void checkValue(Object value, Record message, Component component) {
    if (value instanceof Record record) {
      check(record);
    } else if (value instanceof Collection<?> list) {
      for (Object element : list) {
        if (element == null) {
          throw missing(message, component);
        }
        checkValue(element, message, component);
      }
    }
  }

  private static @Nullable Object value(Component component, Record message) {
    try {
      return component.get.invoke(message);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static FsException missing(Record message, Component component) {
    return new FsException(
        Errno.EPROTO,
        message.getClass().getSimpleName() + " lacks " + component.name + "; is the peer faulty?");
  }
}
