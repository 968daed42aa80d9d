package dev.kith.client;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Combines several scores of each candidate into one, [Hit#rankScore], which hits are ordered by.
/// Start from [#mixture] or [#reciprocalRank] and change what differs.
///
/// @param signals what is combined, 1 to 16
/// @param method how
/// @param candidates nearest points that are ordered anew, in `[1, 10000]`; 100 if empty
public record Fusion(List<Signal> signals, Method method, OptionalInt candidates) {

  public Fusion {
    signals = List.copyOf(signals);
  }

  /// How signals are combined.
  public sealed interface Method {

    /// A mixture of distributions: each signal's softmax over the candidates, weighted. A
    /// candidate's score is the logarithm of its probability.
    record Mixture() implements Method {}

    /// The weighted sum of `1 / (constant + rank)` over the signals (Cormack et al., Reciprocal
    /// rank fusion, 2009), whatever their scales.
    ///
    /// @param constant what is added to ranks, which count from 1, in `[0, 1000000]`; 60 if empty
    record ReciprocalRank(OptionalDouble constant) implements Method {}
  }

  /// A mixture of the signals' distributions.
  public static Fusion mixture(Signal... signals) {
    return new Fusion(List.of(signals), new Method.Mixture(), OptionalInt.empty());
  }

  /// A sum of reciprocal ranks, with the usual constant.
  public static Fusion reciprocalRank(Signal... signals) {
    return new Fusion(
        List.of(signals), new Method.ReciprocalRank(OptionalDouble.empty()), OptionalInt.empty());
  }

  /// The same signals, as a sum of reciprocal ranks with this constant.
  public Fusion withRankConstant(double constant) {
    return new Fusion(signals, new Method.ReciprocalRank(OptionalDouble.of(constant)), candidates);
  }

  /// The same, ordering another number of nearest points anew.
  public Fusion withCandidates(int count) {
    return new Fusion(signals, method, OptionalInt.of(count));
  }
}
