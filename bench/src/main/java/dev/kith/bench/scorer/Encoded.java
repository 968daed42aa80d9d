package dev.kith.bench.scorer;

/// Something of each encoder.
record Encoded<T>(T words, T dataset) {

  T by(Encoder encoder) {
    return switch (encoder) {
      case WORDS -> words;
      case DATASET -> dataset;
    };
  }
}
