package io.dfs.fusemount.mount;

import io.dfs.common.config.HostPort;
import java.util.ArrayList;
import java.util.List;

/**
 * What to mount, as {@code mount} and fstab name it: {@code host[:port][,host[:port]...][:/path]}.
 * Immutable.
 *
 * @param nameservers empty when only a path was written: then the configuration says where they are
 * @param path of the cluster, from its root; {@code /} for all of it
 */
public record MountSource(List<HostPort> nameservers, String path) {
  private static final String FORM =
      "write host:/path, host:port:/path or host,host:/path, as in ns.example.org:/home";

  public MountSource {
    nameservers = List.copyOf(nameservers);
  }

  /**
   * Reads what a person wrote.
   *
   * @throws IllegalArgumentException with a message that shows the form
   */
  public static MountSource parse(String text, int defaultPort) {
    // No host or port has a slash, so the first one begins the path.
    int slash = text.indexOf('/');
    if (slash == 0) {
      return new MountSource(List.of(), text);
    }
    if (text.isEmpty() || (slash > 0 && text.charAt(slash - 1) != ':')) {
      throw new IllegalArgumentException("'" + text + "' is no source of a mount; " + FORM);
    }
    String hosts = slash < 0 ? text : text.substring(0, slash - 1);
    List<HostPort> nameservers = new ArrayList<>();
    if (!hosts.isEmpty()) {
      for (String host : hosts.split(",", -1)) {
        nameservers.add(host(text, host.strip(), defaultPort));
      }
    }
    return new MountSource(nameservers, slash < 0 ? "/" : text.substring(slash));
  }

  private static HostPort host(String text, String host, int defaultPort) {
    try {
      return HostPort.parse(host, defaultPort);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "source '" + text + "': '" + host + "': " + e.getMessage(), e);
    }
  }
}
