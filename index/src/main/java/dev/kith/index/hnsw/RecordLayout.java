package dev.kith.index.hnsw;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.VectorRows;

/// Where things lie in the record of a node of a [FastGraph]. A value.
///
/// One after another, all little-endian:
///
/// - its row, padded to 64 bytes
/// - its links ([GraphLinks]): a multiple of 32 places of four bytes
/// - a [FastScan] block of its neighbours' codes for every 32 links, in their order
///
/// and zeros up to a multiple of 64 bytes.
///
/// @param rowBytes bytes of a row
/// @param slots links a node may hold on level 0
/// @param lookups 4-bit codes a neighbour
record RecordLayout(long rowBytes, int slots, int lookups) {

  /// Of blocks. A record is long with or without 128 bytes.
  static final FactorFormat FACTORS = FactorFormat.FLOAT;

  /// The layout of a graph's records.
  ///
  /// @param m links a node may hold on upper levels
  static RecordLayout of(VectorSpace space, int m, int bits) {
    int slots = (2 * m + FastScan.BLOCK - 1) / FastScan.BLOCK * FastScan.BLOCK;
    return new RecordLayout(VectorRows.strideBytes(space), slots, code(space, bits).lookups());
  }

  /// How the neighbours of vectors of this shape are coded.
  static RabitqCode code(VectorSpace space, int bits) {
    return new RabitqCode(VectorRows.paddedDimension(space), bits);
  }

  /// Byte of a record at which its links start.
  long linksAt() {
    return rowBytes;
  }

  /// Byte of a record at which its blocks start.
  long blocksAt() {
    return rowBytes + (long) slots * Integer.BYTES;
  }

  int blocks() {
    return slots / FastScan.BLOCK;
  }

  long blockBytes() {
    return FastScan.blockBytes(FACTORS, lookups);
  }

  /// Bytes of a record.
  long bytes() {
    return VectorRows.aligned(blocksAt() + blocks() * blockBytes());
  }
}
