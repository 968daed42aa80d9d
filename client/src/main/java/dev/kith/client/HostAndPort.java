package dev.kith.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a server listens.
record HostAndPort(String host, int port) {
  private static final Pattern SYNTAX =
      Pattern.compile("(\\[[0-9a-fA-F:.%]+\\]|[^\\[\\]:/\\s]+)(?::([0-9]{1,5}))?");

  static HostAndPort parse(String address, int defaultPort) {
    Matcher matcher = SYNTAX.matcher(address);
    int port = 0;
    if (matcher.matches()) {
      port = matcher.group(2) == null ? defaultPort : Integer.parseInt(matcher.group(2));
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "an address must be host:port with a port in [1, 65535], got '%s'".formatted(address));
    }
    String host = String.valueOf(matcher.group(1));
    return new HostAndPort(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[%s]:%d".formatted(host, port) : host + ":" + port;
  }
}
