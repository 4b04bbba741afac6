package io.dfs.client.cli.log;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * The loggers of a command. The launcher names this class to SLF4J, and gives the level of dfs's
 * own loggers in the property {@code dfs.log.level}; others log warnings. Shared.
 */
public final class CommandLogs implements SLF4JServiceProvider, ILoggerFactory {
  private static final String OWN = "io.dfs";
  private static final Level OTHERS = Level.WARN;

  private final ConcurrentMap<String, Logger> loggers = new ConcurrentHashMap<>();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter contexts = new NOPMDCAdapter();

  @Override
  public Logger getLogger(String name) {
    return loggers.computeIfAbsent(name, key -> new CommandLogger(key, level(key), System.err));
  }

  private static Level level(String logger) {
    return logger.startsWith(OWN) ? own(System.getProperty("dfs.log.level", "warn")) : OTHERS;
  }

  private static Level own(String word) {
    return switch (word) {
      case "error" -> Level.ERROR;
      case "info" -> Level.INFO;
      case "debug" -> Level.DEBUG;
      case "trace" -> Level.TRACE;
      default -> Level.WARN; // the launcher lets no other word through
    };
  }

  @Override
  public void initialize() {}

  @Override
  public ILoggerFactory getLoggerFactory() {
    return this;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }
}
