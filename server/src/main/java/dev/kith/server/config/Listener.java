package dev.kith.server.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Where a server listens.
///
/// @param host name or address of the interface
/// @param port 0 for any free one
/// @param maxConnections connections open at a time; more are closed at once
public record Listener(String host, int port, int maxConnections) {

  /// Returns the address to bind.
  ///
  /// @throws ConfigException if the host is unknown
  public InetSocketAddress address() {
    return new InetSocketAddress(resolve(), port);
  }

  /// Whether only this machine can connect.
  public boolean isLoopback() {
    return resolve().isLoopbackAddress();
  }

  private InetAddress resolve() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException unknown) {
      throw new ConfigException("host '%s' is not known on this machine".formatted(host));
    }
  }
}
