package dev.kith.index.codec;

import dev.kith.index.kernel.Points;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/// What vectors are turned by before they are coded: lengths and inner products stay as they are.
/// Immutable and thread-safe.
public sealed interface Rotation permits RandomRotation, OrthogonalRotation {

  /// Coordinates of a rotated vector.
  int dimension();

  /// Rotates a vector, made up to [#dimension()] coordinates with zeros.
  ///
  /// @param source holds its coordinates, little-endian floats
  /// @param offset where they start, in bytes
  /// @param coordinates it has, at most [#dimension()]
  /// @param rotated takes the rotated vector at its front, and zeros behind it
  /// @throws IndexOutOfBoundsException if the source ends too early, or there is no room
  void rotate(MemorySegment source, long offset, int coordinates, float[] rotated);

  /// Rotates a vector, or takes it as it is where there is no rotation.
  ///
  /// @param prepared takes it at its front, and zeros behind it; the other parameters are those of
  ///   [#rotate]
  /// @throws IndexOutOfBoundsException if the source ends too early, or there is no room
  static void prepare(
      Optional<Rotation> rotation,
      MemorySegment source,
      long offset,
      int coordinates,
      float[] prepared) {
    if (rotation.isPresent()) {
      rotation.get().rotate(source, offset, coordinates, prepared);
    } else {
      MemorySegment.copy(source, Points.FLOAT, offset, prepared, 0, coordinates);
      Arrays.fill(prepared, coordinates, prepared.length, 0);
    }
  }
}
