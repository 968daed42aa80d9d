package dev.kith.server.config;

/// A configuration that the server does not start with. The message names the key, the value and
/// what is allowed.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message);
  }
}
