package dev.kith.client;

import java.util.Optional;
import java.util.OptionalInt;

/// Which model of relevance to train. Start from [#named] and change what differs; what is empty
/// has a default of the server's.
///
/// @param name 1 to 128 letters, digits, dots, underscores and dashes
/// @param kind a cosine adapter if empty
/// @param network of a cosine adapter
/// @param candidates nearest points of a query that the model sees, in `[10, 1000]`; 100 if empty
/// @param seed decides how queries are split and where training begins
/// @param unjudgedLeftOut whether candidates that nobody judged are left out; else they are not
///   relevant
/// @param setDefault whether searches that name no model take this one from now on
public record ModelSpec(
    String name,
    Optional<Kind> kind,
    Network network,
    OptionalInt candidates,
    long seed,
    boolean unjudgedLeftOut,
    boolean setDefault) {

  /// Kinds of models.
  public enum Kind {
    /// The score itself, on a scale from 0 to 1.
    RAW,

    /// One logistic curve over the score, for all queries.
    PLATT,

    /// A logistic curve over how far a score stands out from those of all candidates.
    ZSCORE,

    /// What stands before the largest step between neighbouring scores is relevant.
    GAP,

    /// A probability for each rank.
    FIXED_K,

    /// A curve over the score whose parameters a small network chooses for the query.
    COSINE_ADAPTER
  }

  /// How a cosine adapter maps a score `x`.
  public enum Form {
    /// `a x + b`.
    LINEAR,

    /// `sgn(x) a sqrt(|x|) + b`.
    SQRT,

    /// `sgn(x) a x^2 + b`.
    QUADRATIC,

    /// `sgn(x) a |x|^k + b`.
    POWER
  }

  /// What the network of a cosine adapter sees.
  public enum Inputs {
    /// The query's vector.
    QUERY,

    /// Scores at some ranks, their mean and their deviation.
    STATISTICS,

    /// Both.
    QUERY_AND_STATISTICS
  }

  /// The network of a cosine adapter.
  ///
  /// @param form of its curve; POWER if empty
  /// @param inputs what it sees; both if empty
  /// @param hiddenUnits in `[1, 1024]`; 64 if empty
  public record Network(Optional<Form> form, Optional<Inputs> inputs, OptionalInt hiddenUnits) {
    static final Network USUAL =
        new Network(Optional.empty(), Optional.empty(), OptionalInt.empty());
  }

  /// A cosine adapter with the usual network.
  public static ModelSpec named(String name) {
    return new ModelSpec(
        name, Optional.empty(), Network.USUAL, OptionalInt.empty(), 0, false, false);
  }

  /// The same, of another kind.
  public ModelSpec of(Kind other) {
    return new ModelSpec(
        name, Optional.of(other), network, candidates, seed, unjudgedLeftOut, setDefault);
  }

  /// The same with another network.
  public ModelSpec withNetwork(Network other) {
    return new ModelSpec(name, kind, other, candidates, seed, unjudgedLeftOut, setDefault);
  }

  /// The same, seeing so many candidates.
  public ModelSpec seeing(int points) {
    return new ModelSpec(
        name, kind, network, OptionalInt.of(points), seed, unjudgedLeftOut, setDefault);
  }

  /// The same with another seed.
  public ModelSpec withSeed(long other) {
    return new ModelSpec(name, kind, network, candidates, other, unjudgedLeftOut, setDefault);
  }

  /// The same, leaving candidates out that nobody judged.
  public ModelSpec leavingUnjudgedOut() {
    return new ModelSpec(name, kind, network, candidates, seed, true, setDefault);
  }

  /// The same, for searches that name no model.
  public ModelSpec asDefault() {
    return new ModelSpec(name, kind, network, candidates, seed, unjudgedLeftOut, true);
  }
}
