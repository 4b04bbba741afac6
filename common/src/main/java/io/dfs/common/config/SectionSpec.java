package io.dfs.common.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;

/** A configuration record's section and settings, in the order of its components. Immutable. */
record SectionSpec(String name, String doc, List<SettingSpec> settings) {
  /**
   * Reads a record's declaration.
   *
   * @throws IllegalStateException if it is not a proper configuration record
   */
  static SectionSpec of(Class<? extends Record> type) {
    Section section = type.getAnnotation(Section.class);
    if (section == null) {
      throw new IllegalStateException(type.getName() + " has no @Section");
    }
    List<SettingSpec> settings =
        Arrays.stream(type.getRecordComponents()).map(SettingSpec::of).toList();
    return new SectionSpec(section.value(), section.doc(), settings);
  }

  List<String> keys() {
    return settings.stream().map(SettingSpec::key).toList();
  }

  /**
   * Makes the record.
   *
   * @throws IllegalArgumentException if its constructor refuses the values together
   */
  static <R extends Record> R create(Class<R> type, List<Object> values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("cannot make a " + type.getName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type.getName(), e);
    }
  }
}
