package io.dfs.common.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One setting, as its record component declares it. Immutable. */
record SettingSpec(String key, Setting setting, Shape shape, Scalar scalar) {
  /** How many values a setting holds. */
  enum Shape {
    ONE,
    LIST,
    OPTIONAL
  }

  /**
   * Reads a component's declaration.
   *
   * @throws IllegalStateException if it is not a proper setting, or its default is not
   */
  static SettingSpec of(RecordComponent component) {
    try {
      Setting setting = component.getAnnotation(Setting.class);
      if (setting == null) {
        throw new IllegalStateException("has no @Setting");
      }
      Shape shape = shape(component.getType());
      Class<?> type = component.getType();
      if (shape != Shape.ONE) {
        Type argument =
            ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
        type = (Class<?>) argument;
      }
      Scalar scalar = Scalar.of(type, component.isAnnotationPresent(Bytes.class), setting);
      SettingSpec spec = new SettingSpec(Scalar.kebab(component.getName()), setting, shape, scalar);
      Object unused = spec.parse(spec.defaultText());
      return spec;
    } catch (IllegalStateException | IllegalArgumentException e) {
      String name = component.getDeclaringRecord().getSimpleName() + "." + component.getName();
      throw new IllegalStateException(name + ": " + e.getMessage(), e);
    }
  }

  /**
   * The value of a text.
   *
   * @throws IllegalArgumentException if it is not one; the message says what is wrong and what
   *     would be right
   */
  Object parse(String text) {
    if (text.isEmpty()) {
      return parseEmpty();
    }
    return switch (shape) {
      case ONE -> parseOne(text);
      case OPTIONAL -> Optional.of(parseOne(text));
      case LIST -> parseList(text);
    };
  }

  String defaultText() {
    return setting.value();
  }

  /** What may be written, for the reference: {@code size from 0 to 1 PiB}. */
  String form() {
    return switch (shape) {
      case ONE -> scalar.noun();
      case OPTIONAL -> scalar.noun() + ", or empty";
      case LIST -> "list, separated by commas, each: " + scalar.noun();
    };
  }

  private static Shape shape(Class<?> type) {
    return type == List.class ? Shape.LIST : type == Optional.class ? Shape.OPTIONAL : Shape.ONE;
  }

  private Object parseEmpty() {
    if (shape == Shape.OPTIONAL) {
      return Optional.empty();
    }
    if (!setting.value().isEmpty()) {
      throw new IllegalArgumentException(
          "no value; write one, or leave the setting out for its default, " + setting.value());
    }
    return shape == Shape.LIST ? List.of() : parseOne("");
  }

  private Object parseOne(String text) {
    return scalar.parser().apply(text);
  }

  private List<Object> parseList(String text) {
    List<Object> values = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      if (item.isBlank()) {
        throw new IllegalArgumentException("an empty item in the list; remove a comma");
      }
      values.add(parseOne(item.strip()));
    }
    return List.copyOf(values);
  }
}
