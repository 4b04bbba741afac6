package io.dfs.common.config;

import java.util.List;

/** Mistakes in the configuration; the message has one line for each, written for a person. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ConfigException(String message) {
    super(message);
  }

  /** Throws all problems at once, if there are any. */
  static void throwIfAny(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new ConfigException(String.join("\n", problems));
    }
  }
}
