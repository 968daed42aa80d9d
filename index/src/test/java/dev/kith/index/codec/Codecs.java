package dev.kith.index.codec;

import java.util.List;
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
  OPQ_8,
  PREFIX,
  PCA_OF_PQ;

  /// The codec, of prefixes of the usual widths; a number behind its name says how many bits it
  /// has.
  public Codec codec() {
    return switch (this) {
      case PREFIX -> new Codec.Prefix(Basis.AS_IS, List.of());
      case PCA_OF_PQ -> new Codec.Prefix(Basis.PCA, List.of(), new Codec.Pq(4, false));
      default -> named();
    };
  }

  private Codec named() {
    String[] parts = name().toLowerCase(Locale.ROOT).split("_", -1);
    return Codec.named(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
  }
}
