package io.dfs.client.cli.doctor;

/**
 * What was found about one thing.
 *
 * @param subject the thing
 * @param text how it is
 * @param action what to do; empty when nothing is
 */
public record Finding(Level level, String subject, String text, String action) {
  /** How bad it is, rising. */
  public enum Level {
    OK,
    WARN,
    ERROR
  }

  static Finding ok(String subject, String text) {
    return new Finding(Level.OK, subject, text, "");
  }

  static Finding warn(String subject, String text, String action) {
    return new Finding(Level.WARN, subject, text, action);
  }

  static Finding error(String subject, String text, String action) {
    return new Finding(Level.ERROR, subject, text, action);
  }
}
