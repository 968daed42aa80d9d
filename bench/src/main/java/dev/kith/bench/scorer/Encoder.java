package dev.kith.bench.scorer;

/// What makes vectors of texts, cheap to compare, that seeds are found by.
enum Encoder {
  /// The weighted mean of the vectors of the scorer's own words.
  WORDS("means of words"),

  /// Whatever made the data set's vectors.
  DATASET("data set's vectors");

  final String text;

  Encoder(String text) {
    this.text = text;
  }
}
