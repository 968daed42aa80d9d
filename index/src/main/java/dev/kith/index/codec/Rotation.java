package dev.kith.index.codec;

import java.lang.foreign.MemorySegment;

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
}
