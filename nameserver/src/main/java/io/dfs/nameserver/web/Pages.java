package io.dfs.nameserver.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.http.HttpAnswer;
import io.dfs.common.http.HttpQuestion;
import io.dfs.common.message.Event;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.cluster.Events;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.state.SessionRecord;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The dashboard's files, and the JSON that it asks for. Shared. */
final class Pages implements Function<HttpQuestion, HttpAnswer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** More sessions than this nobody reads in a browser. */
  private static final int MAX_SESSIONS = 1000;

  /** Of the newest; a browser that has some asks for those after them. */
  private static final int MAX_EVENTS = 200;

  private static final Map<String, String> FILES =
      Map.of(
          "/", "index.html",
          "/dashboard.js", "dashboard.js",
          "/dashboard.css", "dashboard.css",
          "/uPlot.js", "uPlot.iife.min.js",
          "/uPlot.css", "uPlot.min.css",
          "/uPlot-LICENSE", "uPlot-LICENSE");

  private final Supplier<Reply.ClusterStatus> status;
  private final Registry registry;
  private final Tables tables;
  private final History history;
  private final Events events;

  /** A client of the cluster. */
  record Session(long id, String description, long openedSeconds) {}

  record GroupView(int id, int replicas, int epoch, List<Long> members) {}

  Pages(
      Supplier<Reply.ClusterStatus> status,
      Registry registry,
      Tables tables,
      History history,
      Events events) {
    this.status = status;
    this.registry = registry;
    this.tables = tables;
    this.history = history;
    this.events = events;
  }

  @Override
  public HttpAnswer apply(HttpQuestion question) {
    return switch (question.path()) {
      case "/api/status" -> json(status.get());
      case "/api/sessions" -> json(sessions());
      case "/api/groups" -> json(groups());
      case "/api/history" -> json(history.since(number(question, "since")));
      case "/api/events" -> json(events(number(question, "after")));
      case "/api/tree" ->
          json(
              new TreeView(tables)
                  .folder(question.parameter("path", "/"), number(question, "after")));
      case "/api/file" -> json(new TreeView(tables).file(question.parameter("path", "/")));
      default -> file(question.path());
    };
  }

  private static long number(HttpQuestion question, String name) {
    try {
      return Long.parseLong(question.parameter(name, "0"));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is no number", e);
    }
  }

  private List<Session> sessions() {
    return tables.sessions().entrySet().stream()
        .filter(entry -> !entry.getValue().ended())
        .limit(MAX_SESSIONS)
        .map(entry -> session(entry.getKey().value(), entry.getValue()))
        .toList();
  }

  private static Session session(long id, SessionRecord record) {
    return new Session(id, record.description(), record.opened().seconds());
  }

  private List<Event> events(long after) {
    return after > 0 ? events.after(after, MAX_EVENTS) : events.latest(MAX_EVENTS);
  }

  private List<GroupView> groups() {
    return registry.map().groups().stream().map(Pages::view).toList();
  }

  private static GroupView view(Group group) {
    return new GroupView(
        group.id().value(),
        group.replicas(),
        group.epoch(),
        group.members().stream().map(node -> (long) node.value()).toList());
  }

  private static HttpAnswer json(Object value) {
    try {
      return new HttpAnswer(200, HttpAnswer.JSON, JSON.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpAnswer file(String path) {
    String name = FILES.get(path);
    if (name == null) {
      return HttpAnswer.notFound(path);
    }
    try (InputStream in = Pages.class.getResourceAsStream(name)) {
      return in == null
          ? HttpAnswer.notFound(path)
          : new HttpAnswer(200, type(name), in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String type(String name) {
    if (name.endsWith(".js")) {
      return "text/javascript; charset=utf-8";
    }
    if (name.endsWith(".css")) {
      return "text/css; charset=utf-8";
    }
    return name.endsWith(".html") ? HttpAnswer.HTML : HttpAnswer.TEXT;
  }
}
