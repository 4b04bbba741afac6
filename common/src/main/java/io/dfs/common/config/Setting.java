package io.dfs.common.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a record component a setting. Its key is the component's name in kebab-case.
 *
 * <p>A component is a {@code boolean}, {@code int}, {@code long}, {@link Bytes @Bytes} {@code
 * long}, {@code Duration}, {@code String}, {@code Path}, {@link HostPort} or enum, a {@code List}
 * of those, or an {@code Optional} of one. Only an {@code Optional} can always be emptied; text or
 * a list may be empty where its default is.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {
  /**
   * The default, as it would stand in the file. The port of a {@link HostPort}'s default is also
   * the port of an address written without one.
   */
  String value();

  /** What the setting does, in whole sentences: the text of the reference. */
  String doc();

  /** The least value allowed, as in the file; only for numbers, sizes and durations. */
  String min() default "";

  /** The greatest value allowed, as in the file; only for numbers, sizes and durations. */
  String max() default "";

  /** The values allowed, where they are text but not any text. */
  String[] choices() default {};

  /** A regular expression which all of a text must match. */
  String pattern() default "";
}
