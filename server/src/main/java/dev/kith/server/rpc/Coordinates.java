package dev.kith.server.rpc;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Checks that a vector can be compared with others: its coordinates are finite and, under COSINE,
/// it has a direction.
final class Coordinates {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Coordinates that one call may hold at a time: 256 MiB.
  private static final int MAX_HELD = 1 << 26;

  private Coordinates() {}

  /// Says what is wrong with the vector at `offset`, or returns null if nothing is.
  static @Nullable String problemOf(MemorySegment f32, long offset, VectorSpace space) {
    boolean zero = true;
    for (int i = 0; i < space.dimension(); i++) {
      float coordinate = f32.get(FLOAT, offset + (long) i * Float.BYTES);
      if (!Float.isFinite(coordinate)) {
        return "coordinate %d must be finite, got %s".formatted(i, coordinate);
      }
      zero &= coordinate == 0;
    }
    return zero && space.metric() == Metric.COSINE
        ? "the vector must not be zero, because it has no direction to compare"
        : null;
  }

  /// @throws dev.kith.server.refusal.RefusedException if the vector cannot be compared
  static void requireUsable(String field, MemorySegment f32, long offset, VectorSpace space) {
    String problem = problemOf(f32, offset, space);
    if (problem != null) {
      throw Fields.invalid(field, problem);
    }
  }

  /// Refuses more vectors than one call may hold at a time.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field
  static void requireRoom(String field, int vectors, VectorSpace space) {
    int most = MAX_HELD / space.dimension();
    if (vectors > most) {
      throw Fields.invalid(
          field,
          "must hold [1, %d] ids of vectors of %d dimensions, got %d"
              .formatted(most, space.dimension(), vectors));
    }
  }
}
