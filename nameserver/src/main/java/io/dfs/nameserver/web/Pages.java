package io.dfs.nameserver.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.http.HttpAnswer;
import io.dfs.common.http.HttpQuestion;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Event;
import io.dfs.common.message.Group;
import io.dfs.nameserver.state.SessionRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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
          "/dom.js", "dom.js",
          "/charts.js", "charts.js",
          "/files.js", "files.js",
          "/dashboard.css", "dashboard.css",
          "/uPlot.js", "uPlot.iife.min.js",
          "/uPlot.css", "uPlot.min.css",
          "/uPlot-LICENSE", "uPlot-LICENSE");

  private final Web.Seen seen;
  private final History history;
  private final Activity activity;
  private final Traffic traffic;
  private final boolean tree;

  /**
   * A client of the cluster.
   *
   * @param requests since the nameserver or the session began
   * @param operations what it asks for now
   */
  record Session(
      String id,
      String description,
      long openedSeconds,
      long requests,
      List<Activity.Operation> operations) {}

  /**
   * What a dataserver moves.
   *
   * @param received bytes a second
   * @param sent bytes a second
   */
  record ServerTraffic(int id, double received, double sent) {}

  record GroupView(int id, int replicas, int epoch, List<Long> members) {}

  /**
   * @param tree whether names of files may be shown
   */
  Pages(Web.Seen seen, History history, Activity activity, Traffic traffic, boolean tree) {
    this.seen = seen;
    this.history = history;
    this.activity = activity;
    this.traffic = traffic;
    this.tree = tree;
  }

  @Override
  public HttpAnswer apply(HttpQuestion question) {
    return switch (question.path()) {
      case "/api/status" -> json(seen.status().get());
      case "/api/sessions" -> json(sessions());
      case "/api/groups" -> json(groups());
      case "/api/traffic" -> json(traffic());
      case "/api/history" -> json(history.since(span(question), number(question, "since")));
      case "/api/events" -> json(events(number(question, "after")));
      case "/api/tree" ->
          json(tree().folder(question.parameter("path", "/"), number(question, "after")));
      case "/api/file" ->
          json(tree().file(question.parameter("path", "/"), number(question, "offset")));
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

  private static History.Span span(HttpQuestion question) {
    String name = question.parameter("span", "hour");
    for (History.Span span : History.Span.values()) {
      if (span.name().equalsIgnoreCase(name)) {
        return span;
      }
    }
    throw new IllegalArgumentException("span is hour, day or month");
  }

  private TreeView tree() {
    if (!tree) {
      throw new FsException(
          Errno.EACCES,
          "names of files are not shown here; http-tree = true in [nameserver] of dfs.conf shows"
              + " them to whoever reaches this page");
    }
    return new TreeView(seen.tables());
  }

  private List<Session> sessions() {
    return seen.tables().sessions().entrySet().stream()
        .filter(entry -> !entry.getValue().ended())
        .limit(MAX_SESSIONS)
        .map(entry -> session(entry.getKey(), entry.getValue()))
        .toList();
  }

  private Session session(SessionId id, SessionRecord record) {
    return new Session(
        // A script's numbers are not exact enough.
        Long.toUnsignedString(id.value(), 16),
        record.description(),
        record.opened().seconds(),
        activity.count(id),
        activity.of(id));
  }

  private List<ServerTraffic> traffic() {
    return seen.registry().map().servers().stream()
        .map(
            server -> {
              Traffic.Rate rate = traffic.rate(server.id());
              return new ServerTraffic(server.id().value(), rate.received(), rate.sent());
            })
        .toList();
  }

  private List<Event> events(long after) {
    return after > 0 ? seen.events().after(after, MAX_EVENTS) : seen.events().latest(MAX_EVENTS);
  }

  private List<GroupView> groups() {
    return seen.registry().map().groups().stream().map(Pages::view).toList();
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
