package io.dfs.client.cli;

/** Paths of the cluster, as they are typed: slashes between names. */
final class DfsPaths {
  private DfsPaths() {}

  static String child(String directory, String name) {
    return directory.endsWith("/") ? directory + name : directory + "/" + name;
  }

  /** The last name; empty for the root. */
  static String name(String path) {
    String trimmed = path.replaceAll("/+$", "");
    return trimmed.substring(trimmed.lastIndexOf('/') + 1);
  }
}
