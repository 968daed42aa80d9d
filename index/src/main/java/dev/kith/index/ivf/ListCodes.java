package dev.kith.index.ivf;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.RandomRotation;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// What a search of an inverted file reads of every row of a list. By position, as lists are.
public sealed interface ListCodes {

  /// The vectors themselves.
  ///
  /// @param rows by position
  record Plain(VectorRows rows) implements ListCodes {}

  /// A row of codes a row, relative to nothing or to one centre for all.
  ///
  /// @param codes by position
  record Rows(SegmentCodes codes) implements ListCodes {}

  /// [FastScan] blocks of 32 rows, coded relative to the centroid of their list, which begins a new
  /// block; what is left of the last one of a list is estimated as negative infinity.
  ///
  /// @param code how rows are coded
  /// @param rotation that prepares rows and queries for the code; empty if they are only padded
  /// @param blocks one after another
  record Blocks(BlockCode code, Optional<RandomRotation> rotation, MemorySegment blocks)
      implements ListCodes {
    static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Bytes of a block.
    long blockBytes() {
      return FastScan.blockBytes(code.lookups());
    }

    /// Prepares a vector for the code.
    ///
    /// @param source holds its coordinates
    /// @param offset where they start, in bytes
    /// @param prepared takes [BlockCode#dimension()] coordinates
    void prepare(VectorSpace space, MemorySegment source, long offset, float[] prepared) {
      MemorySegment.copy(source, FLOAT, offset, prepared, 0, space.dimension());
      Arrays.fill(prepared, space.dimension(), prepared.length, 0);
      rotation.ifPresent(by -> by.rotate(prepared));
    }
  }

  /// For every list which of the blocks is its first, and one more at the end.
  static int[] firstBlocks(int[] starts) {
    int[] first = new int[starts.length];
    for (int list = 0; list + 1 < starts.length; list++) {
      int size = starts[list + 1] - starts[list];
      first[list + 1] = first[list] + Math.ceilDiv(size, FastScan.BLOCK);
    }
    return first;
  }
}
