package dev.kith.server;

import org.slf4j.bridge.SLF4JBridgeHandler;

/// Brings everything that is logged in the process to one place. How it looks is in `logback.xml`.
final class Logging {

  private Logging() {}

  /// Routes `java.util.logging`, and with it `System.Logger` and gRPC, to SLF4J. Safe to repeat.
  static void bridge() {
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
  }
}
