package dev.kith.bench.peers;

import java.io.IOException;

/// A contender cannot take part. The message is a sentence for the table: what is missing or
/// broken, and what to do.
final class UnavailableException extends IOException {
  private static final long serialVersionUID = 1;

  UnavailableException(String message) {
    super(message);
  }
}
