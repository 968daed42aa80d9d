package dev.kith.server.collection;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.server.refusal.PointError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What every point of a batch must be: finite coordinates, not all zero if a direction is needed,
/// and a payload within its rules. Thread-safe.
///
/// Ids need no look: a [PointId] cannot be wrong.
final class BatchRules {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int EXPONENT = 0x7F80_0000;
  private static final int MAGNITUDE = 0x7FFF_FFFF;

  private final VectorSpace space;
  private final PayloadRules payloads;

  BatchRules(VectorSpace space, PayloadRules payloads) {
    this.space = space;
    this.payloads = payloads;
  }

  /// The points that cannot be stored, in the order of the batch.
  ///
  /// @throws IllegalArgumentException if the matrix has not as many rows as there are ids
  List<PointError> check(UpsertBatch batch) {
    long expected = (long) batch.size() * space.dimension() * Float.BYTES;
    if (batch.vectors().byteSize() != expected) {
      throw new IllegalArgumentException(
          "vectors must be %d rows of %d floats, %d bytes, got %d"
              .formatted(batch.size(), space.dimension(), expected, batch.vectors().byteSize()));
    }
    List<PointError> errors = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      Optional<String> problem = problem(batch.vectors(), i);
      byte[] payload = batch.payload(i);
      if (problem.isEmpty() && payload != null) {
        problem = payloads.problem(payload);
      }
      if (problem.isPresent()) {
        errors.add(new PointError(i, batch.ids().get(i).toString(), problem.get()));
      }
    }
    return errors;
  }

  private Optional<String> problem(MemorySegment vectors, int index) {
    int dimension = space.dimension();
    long offset = (long) index * dimension * Float.BYTES;
    int anyBit = 0;
    for (int i = 0; i < dimension; i++) {
      int bits = vectors.get(INT, offset + (long) i * Float.BYTES);
      if ((bits & EXPONENT) == EXPONENT) {
        return Optional.of(
            "coordinate %d must be finite, got %s".formatted(i, Float.intBitsToFloat(bits)));
      }
      anyBit |= bits & MAGNITUDE; // The sign of a zero does not count.
    }
    return anyBit == 0 && space.metric() == Metric.COSINE
        ? Optional.of("a zero vector has no direction, which the cosine metric needs")
        : Optional.empty();
  }
}
