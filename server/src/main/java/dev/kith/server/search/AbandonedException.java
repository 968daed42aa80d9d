package dev.kith.server.search;

/// The caller of a search left, or its deadline passed, before there was an answer.
public final class AbandonedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  AbandonedException() {
    super("nobody waits for the answer", null, false, false);
  }
}
