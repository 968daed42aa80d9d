package dev.kith.server.relevance;

import dev.kith.server.collection.PointId;
import java.util.List;

/// A query, and what was judged for it. Shares the arrays that it is given.
///
/// @param vector of the collection's dimension, finite and under COSINE not zero
/// @param points that were judged, each once
/// @param grades of them: how likely each is relevant, 0 or more; of clicks divided by the
///   propensity of being looked at, so that it may exceed 1
@SuppressWarnings("ArrayRecordComponent") // Handed over, compared by nobody.
public record JudgedQuery(float[] vector, List<PointId> points, float[] grades) {

  /// Memory that a query takes besides its candidates, about.
  ///
  /// @param dimension of its vector
  /// @param judgments for it
  public static long bytes(int dimension, int judgments) {
    return 160 + (long) dimension * Float.BYTES + 72L * judgments;
  }

  /// Memory that its candidates take while a model is trained, about: scores and grades, and the
  /// query once more, as it is compared.
  public static long listBytes(int dimension, int candidates) {
    return 160 + (long) dimension * Float.BYTES + 2L * candidates * Float.BYTES;
  }
}
