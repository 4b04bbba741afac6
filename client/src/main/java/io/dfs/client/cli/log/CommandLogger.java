package io.dfs.client.cli.log;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Writes each event as a line, with the stack trace after it when there is one. Shared. */
final class CommandLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1;

  /** As in logback.xml; made with the first line, which few commands write. */
  private static final class Time {
    static final DateTimeFormatter FORM =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT);
  }

  private final Level least;
  private final transient PrintStream out;

  CommandLogger(String name, Level least, PrintStream out) {
    this.name = name;
    this.least = least;
    this.out = out;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String pattern,
      @Nullable Object @Nullable [] arguments,
      @Nullable Throwable failure) {
    OffsetDateTime now = OffsetDateTime.now(ZoneId.systemDefault());
    StringWriter line = new StringWriter();
    line.append(Time.FORM.format(now.truncatedTo(ChronoUnit.MILLIS)))
        .append(String.format(Locale.ROOT, " %-5s ", level))
        .append(name.substring(name.lastIndexOf('.') + 1))
        .append(" [")
        .append(Thread.currentThread().getName())
        .append("] ")
        .append(MessageFormatter.basicArrayFormat(pattern, arguments))
        .append('\n');
    if (failure != null) {
      failure.printStackTrace(new PrintWriter(line));
    }
    // In one piece, so that lines of several threads stay whole.
    out.print(line);
    out.flush();
  }

  private boolean logs(Level level) {
    return level.toInt() >= least.toInt();
  }

  @Override
  public boolean isTraceEnabled() {
    return logs(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return logs(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return logs(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return logs(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return logs(Level.ERROR);
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }
}
