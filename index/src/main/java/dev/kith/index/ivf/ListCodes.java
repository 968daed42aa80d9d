package dev.kith.index.ivf;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.ProductRows;
import dev.kith.index.codec.Rotation;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// What a search of an inverted file reads of every entry of a list (see [Spill]).
public sealed interface ListCodes {

  /// The vectors themselves.
  ///
  /// @param rows by position
  record Plain(VectorRows rows) implements ListCodes {}

  /// A row of codes a row, relative to nothing or to one centre for all.
  ///
  /// @param codes by position
  record Rows(SegmentCodes codes) implements ListCodes {}

  /// Codes of what entries differ by from the centroid of their list. Rows and queries are
  /// *prepared* for them: rotated, or as they are, and padded with zeros.
  sealed interface Relative extends ListCodes permits Blocks, Words {

    /// How rows and queries are turned; empty if they are not.
    Optional<Rotation> rotation();

    /// Coordinates of a prepared vector.
    int dimension();

    /// Prepares a vector.
    ///
    /// @param source holds its coordinates
    /// @param offset where they start, in bytes
    /// @param prepared takes [#dimension()] coordinates
    default void prepare(VectorSpace space, MemorySegment source, long offset, float[] prepared) {
      Rotation.prepare(rotation(), source, offset, space.dimension(), prepared);
    }
  }

  /// [FastScan] blocks of 32 entries; a list begins a new block, and what is left of its last one
  /// is estimated as negative infinity.
  ///
  /// @param code how rows are coded
  /// @param format of what blocks hold beside codes
  /// @param blocks one after another
  record Blocks(
      BlockCode code, Optional<Rotation> rotation, FactorFormat format, MemorySegment blocks)
      implements Relative {

    /// Bytes of a block.
    long blockBytes() {
      return FastScan.blockBytes(format, code.lookups());
    }

    @Override
    public int dimension() {
      return code.dimension();
    }
  }

  /// A row of words an entry.
  ///
  /// @param rows by entry
  record Words(ProductRows rows, Optional<Rotation> rotation) implements Relative {

    @Override
    public int dimension() {
      return rows.dimension();
    }
  }

  /// For every list which of the blocks is its first, and one more at the end.
  ///
  /// @param starts the same of entries
  static int[] firstBlocks(int[] starts) {
    int[] first = new int[starts.length];
    for (int list = 0; list + 1 < starts.length; list++) {
      int size = starts[list + 1] - starts[list];
      first[list + 1] = first[list] + Math.ceilDiv(size, FastScan.BLOCK);
    }
    return first;
  }
}
