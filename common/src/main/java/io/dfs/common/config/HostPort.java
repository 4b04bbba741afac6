package io.dfs.common.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A network address that a person wrote: a host name, IPv4 or IPv6 address (without brackets) and a
 * port, where 0 lets the system choose. Not resolved.
 */
public record HostPort(String host, int port) {
  private static final int MAX_PORT = 65535;
  private static final int PORT_REQUIRED = -1;
  private static final String FORM = "write host:port, or [host]:port for an IPv6 address";

  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[\\w.-]+)?");

  /** Underscores are no part of host names, but container networks use them. */
  private static final Pattern NAME = Pattern.compile("[\\w.-]+");

  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[(?<ipv6>[^]]*)]|(?<name>[^:\\[\\]]*))(?::(?<port>.*))?");

  public HostPort {
    if (!NAME.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      throw new IllegalArgumentException("'" + host + "' is not a host; " + FORM);
    }
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "port " + port + " is out of range; write a port from 0 to " + MAX_PORT);
    }
  }

  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException with a message for a person
   */
  public static HostPort parse(String text) {
    return parseOr(text, PORT_REQUIRED);
  }

  /**
   * Reads {@code host:port} or just {@code host}, which then gets the default port.
   *
   * @throws IllegalArgumentException with a message for a person
   */
  public static HostPort parse(String text, int defaultPort) {
    if (defaultPort < 0 || defaultPort > MAX_PORT) {
      throw new IllegalArgumentException("default port " + defaultPort + " is not a port");
    }
    return parseOr(text, defaultPort);
  }

  private static HostPort parseOr(String text, int defaultPort) {
    if (IPV6.matcher(text).matches() && text.indexOf(':') != text.lastIndexOf(':')) {
      throw new IllegalArgumentException("an IPv6 address without brackets; " + FORM);
    }
    Matcher parts = ADDRESS.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not an address; " + FORM);
    }
    String ipv6 = parts.group("ipv6");
    if (ipv6 != null && !IPV6.matcher(ipv6).matches()) {
      throw new IllegalArgumentException("not an IPv6 address in the brackets; " + FORM);
    }
    String host = ipv6 == null ? parts.group("name") : ipv6;
    if (host.isEmpty()) {
      throw new IllegalArgumentException("no host; " + FORM);
    }
    return new HostPort(host, port(parts.group("port"), defaultPort));
  }

  private static int port(@Nullable String text, int defaultPort) {
    if (text == null) {
      if (defaultPort == PORT_REQUIRED) {
        throw new IllegalArgumentException("no port; " + FORM);
      }
      return defaultPort;
    }
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a port; write a port from 0 to " + MAX_PORT);
    }
    return Integer.parseInt(text);
  }

  /** The form that {@link #parse(String)} reads. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
