package dev.kith.index.codec;

import java.util.Locale;

/// Codecs that tests choose by name.
public enum Codecs {
  F32,
  F16,
  BF16,
  INT8,
  RABITQ,
  RABITQ_4,
  PQ,
  OPQ,
  PQ_4,
  PQ_8,
  OPQ_8;

  /// The codec; a number behind its name says how many bits it has.
  public Codec codec() {
    String[] parts = name().toLowerCase(Locale.ROOT).split("_", -1);
    return Codec.named(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
  }
}
