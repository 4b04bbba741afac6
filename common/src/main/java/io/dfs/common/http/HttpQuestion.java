package io.dfs.common.http;

import java.util.Map;

/**
 * What was asked for. Immutable.
 *
 * @param path decoded, with a slash in front
 * @param parameters those after the question mark, decoded; the first of each name
 */
public record HttpQuestion(String path, Map<String, String> parameters) {
  public HttpQuestion {
    parameters = Map.copyOf(parameters);
  }

  public String parameter(String name, String otherwise) {
    return parameters.getOrDefault(name, otherwise);
  }
}
