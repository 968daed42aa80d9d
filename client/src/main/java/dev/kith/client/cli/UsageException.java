package dev.kith.client.cli;

/// Options that contradict each other: exit status 2.
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
