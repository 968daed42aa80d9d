package dev.kith.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// One score of each candidate, to be combined with others by a [Fusion]. A candidate that has none
/// gets nothing from this signal. Start from [#score], [#vector], [#field] or [#given] and change
/// what differs.
///
/// @param source where the score comes from
/// @param weight among the signals, above 0 and at most 1,000,000
/// @param temperature what the score is divided by, in a mixture
/// @param lowerIsBetter whether lower values are better, of a field or given scores
public record Signal(Source source, double weight, Temperature temperature, boolean lowerIsBetter) {

  /// Where a score comes from.
  public sealed interface Source {

    /// The search itself.
    record Score() implements Source {}

    /// Another vector, for which points are scored too.
    ///
    /// @param coordinates of the collection's dimension; not copied
    @SuppressWarnings("ArrayRecordComponent") // Sent as it is, compared by nobody.
    record Vector(float[] coordinates) implements Source {}

    /// A number in the payload, the largest if there are several.
    ///
    /// @param path of the field, such as `author.born`
    record Field(String path) implements Source {}

    /// The caller.
    ///
    /// @param scores finite, of at most 10,000 points; read in their order
    record Given(Map<PointId, Double> scores) implements Source {
      public Given {
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
      }
    }
  }

  /// The search's own score.
  public static Signal score() {
    return of(new Source.Score());
  }

  /// The score for another vector, of the collection's dimension.
  public static Signal vector(float[] coordinates) {
    return of(new Source.Vector(coordinates));
  }

  /// A number in the payload, the larger the better unless said otherwise.
  public static Signal field(String path) {
    return of(new Source.Field(path));
  }

  /// Scores that the caller has of some points, the larger the better unless said otherwise.
  public static Signal given(Map<PointId, Double> scores) {
    return of(new Source.Given(scores));
  }

  private static Signal of(Source source) {
    return new Signal(source, 1, Temperature.usual(), false);
  }

  /// The same with another weight.
  public Signal withWeight(double other) {
    return new Signal(source, other, temperature, lowerIsBetter);
  }

  /// The same at another temperature.
  public Signal withTemperature(Temperature other) {
    return new Signal(source, weight, other, lowerIsBetter);
  }

  /// The same, lower values being better.
  public Signal lowerIsBetter(boolean lower) {
    return new Signal(source, weight, temperature, lower);
  }
}
