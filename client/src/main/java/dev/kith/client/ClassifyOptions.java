package dev.kith.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// How to tell classes by neighbours. Start from [#by] and change what differs; what is empty has a
/// default of the server's.
///
/// @param field path of the payload field whose values are the classes
/// @param neighbors that have a say, in `[1, 10000]`; 50 if empty
/// @param temperature what scores are divided by to become shares among them
/// @param prior what is held likely without neighbours; nothing if empty
/// @param minConfidence the answer abstains where no class is as likely, in `[0, 1]`
/// @param maxClasses most classes to return, in `[1, 10000]`; 10 if empty
/// @param search how neighbours are looked for, and which may be. Its limit and whether it returns
///   payloads do not matter
public record ClassifyOptions(
    String field,
    OptionalInt neighbors,
    Temperature temperature,
    Optional<Prior> prior,
    double minConfidence,
    OptionalInt maxClasses,
    SearchOptions search) {

  /// What is held likely without neighbours.
  ///
  /// @param classes at most 10,000, each once
  /// @param neighborsWeight weight of the neighbours against it, in `[0, 1]`; 0.5 if empty
  public record Prior(List<ClassShare> classes, OptionalDouble neighborsWeight) {
    public Prior {
      classes = List.copyOf(classes);
    }
  }

  /// Classes are the values of a payload field.
  ///
  /// @param field its path, such as `author.country`
  public static ClassifyOptions by(String field) {
    return new ClassifyOptions(
        field,
        OptionalInt.empty(),
        Temperature.usual(),
        Optional.empty(),
        0,
        OptionalInt.empty(),
        SearchOptions.top(1));
  }

  /// The same, another number of neighbours having a say.
  public ClassifyOptions withNeighbors(int count) {
    return new ClassifyOptions(
        field, OptionalInt.of(count), temperature, prior, minConfidence, maxClasses, search);
  }

  /// The same at another temperature.
  public ClassifyOptions withTemperature(Temperature other) {
    return new ClassifyOptions(field, neighbors, other, prior, minConfidence, maxClasses, search);
  }

  /// The same, with what is held likely without neighbours weighing as much as they.
  public ClassifyOptions withPrior(List<ClassShare> classes) {
    return with(new Prior(classes, OptionalDouble.empty()));
  }

  /// The same, with what is held likely without neighbours.
  ///
  /// @param neighborsWeight weight of the neighbours against it, in `[0, 1]`
  public ClassifyOptions withPrior(List<ClassShare> classes, double neighborsWeight) {
    return with(new Prior(classes, OptionalDouble.of(neighborsWeight)));
  }

  private ClassifyOptions with(Prior other) {
    return new ClassifyOptions(
        field, neighbors, temperature, Optional.of(other), minConfidence, maxClasses, search);
  }

  /// The same, abstaining where no class is as likely.
  public ClassifyOptions abstainingBelow(double confidence) {
    return new ClassifyOptions(
        field, neighbors, temperature, prior, confidence, maxClasses, search);
  }

  /// The same, returning another number of classes at most.
  public ClassifyOptions withMaxClasses(int count) {
    return new ClassifyOptions(
        field, neighbors, temperature, prior, minConfidence, OptionalInt.of(count), search);
  }

  /// The same, looking for neighbours in another way.
  public ClassifyOptions searching(SearchOptions options) {
    return new ClassifyOptions(
        field, neighbors, temperature, prior, minConfidence, maxClasses, options);
  }
}
