package io.dfs.nameserver.cluster;

import io.dfs.common.message.Event;
import io.dfs.common.message.ServerInfo.State;
import io.dfs.common.message.Severity;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has happened in the cluster, for people: logged, and kept in the state, which holds the last
 * 10,000. Shared; never waits.
 */
public final class Events {
  private static final Logger log = LoggerFactory.getLogger(Events.class);
  private static final int MAX_ANSWER = 1000;

  /** Longer texts are of no use to people and cost the state. */
  private static final int MAX_TEXT = 1000;

  private final CommandLog commands;
  private final Tables tables;

  public Events(CommandLog commands, Tables tables) {
    this.commands = commands;
    this.tables = tables;
  }

  /** Logs and keeps an event; one that the state does not take now is only logged. */
  public void record(Severity severity, String subject, String text) {
    switch (severity) {
      case INFO -> log.info("{}: {}", subject, text);
      case WARN -> log.warn("{}: {}", subject, text);
      case ERROR -> log.error("{}: {}", subject, text);
    }
    commands
        .submit(
            new Command.RecordEvent(
                Timestamp.of(Instant.now()), severity, clip(subject), clip(text)),
            false)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("an event was not kept", failure);
              }
            });
  }

  private static String clip(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }

  void record(Transition t) {
    boolean good = t.to() == State.ONLINE || t.to() == State.DRAINING || t.to() == State.REMOVED;
    record(
        good || t.to() == State.MAINTENANCE ? Severity.INFO : Severity.WARN,
        "server " + t.node(),
        t.address() + " was " + t.from() + " and is " + t.to() + ": " + t.reason());
  }

  /** Events after the one with this number, oldest first. */
  public List<Event> after(long sequence, int max) {
    return tables.events(sequence, Math.max(1, Math.min(max, MAX_ANSWER)));
  }

  /** The last {@code max} events, oldest first. */
  public List<Event> latest(int max) {
    return after(tables.counter(Counter.EVENT) - max, max);
  }
}
