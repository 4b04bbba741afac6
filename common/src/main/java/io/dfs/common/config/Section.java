package io.dfs.common.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the section of the configuration file that fills a record. Several records may share one.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Section {
  /** The name between the brackets. */
  String value();

  /** What the section is for, in the reference. */
  String doc() default "";
}
