package dev.kith.server.search;

/// How many products of coordinates searches do in a nanosecond, with all that they do besides, as
/// the last of them did. Thread-safe.
final class ProductRate {

  /// What is taken for it before any search: less than most machines do.
  private static final double FIRST = 1;

  /// Searches of fewer products tell more of all else.
  private static final long LEAST = 20_000;

  /// Of what is known, what a search replaces.
  private static final double SHARE = 0.05;

  private volatile double rate = FIRST;

  /// Takes note of a search. Of two at the same time one may be lost, which does not matter.
  ///
  /// @param products that it did
  /// @param nanos that it took, at least 1
  void note(long products, long nanos) {
    if (products >= LEAST) {
      double known = rate;
      rate = known + SHARE * ((double) products / nanos - known);
    }
  }

  /// Products in a nanosecond.
  double get() {
    return rate;
  }
}
