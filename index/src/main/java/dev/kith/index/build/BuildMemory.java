package dev.kith.index.build;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.store.VectorRows;
import java.util.OptionalInt;

/// Off-heap memory that building a segment takes: growing it, linking it and sealing it.
public final class BuildMemory {
  // Of a row beside its lists: label, level and pointer, and some to spare.
  private static final int GROWING_BYTES = 20;

  // Beside the sealed lists: new ordinal and old, pointer, and some to spare.
  private static final int SEALING_BYTES = 16;

  // Of a row while lists are made: its list, places before and after, labels, its place in a list
  // that grew, and some to spare.
  private static final int LISTING_BYTES = 45;

  // Besides, if rows are spilled: its second list, its place there, growing, sealed and stored, and
  // its entries by position and by row.
  private static final int SPILLING_BYTES = 40;

  private BuildMemory() {}

  /// Bytes a row, at most about; the visited sets of the linking threads included. Rows that words
  /// are learnt of are held once more, or twice, up to what [dev.kith.index.codec.WordTraining]
  /// takes, however many there are.
  ///
  /// @param threads linking threads
  public static long bytesPerRow(VectorSpace space, IndexSpec index, int threads) {
    long row = VectorRows.strideBytes(space);
    return switch (index) {
      case IndexSpec.Flat(Codec codec) ->
          row + 2L * Long.BYTES + SegmentCodes.bytes(codec, space, 1);
      case IndexSpec.Ivf(var params, Codec codec) -> {
        // Two bits a coordinate and factors, for every list a row is in; words take as much.
        long relative =
            (params.spill() ? 2L : 1L) * (space.dimension() / 4L + FactorFormat.WRITTEN.bytes());
        long codes = codec.isRelative() ? relative : SegmentCodes.bytes(codec, space, 1);
        int lists = LISTING_BYTES + (params.spill() ? SPILLING_BYTES : 0);
        yield row + 2L * Long.BYTES + codes + lists;
      }
      case IndexSpec.Hnsw(var params, Layout layout, Codec codec) -> {
        // A node has 1 / (m - 1) upper levels on average.
        int upper = Math.ceilDiv((params.m() + 2) * Integer.BYTES, params.m() - 1);
        long links = 2L * params.m() * Integer.BYTES + upper;
        OptionalInt width = LinkedBy.width(index, space);
        long linkedBy =
            width.isEmpty()
                ? 0
                : VectorRows.strideBytes(new VectorSpace(width.getAsInt(), space.metric()));
        long growing = row + linkedBy + links + GROWING_BYTES + (long) threads * Integer.BYTES;
        long sealing = links + SEALING_BYTES;
        // The encoder of fast graphs holds the rows once more, rotated, and the links the other way
        // round; codes are tried out on all rows before they are written.
        long codes = SegmentCodes.bytes(codec, space, 1);
        long encoding = row + 2L * params.m() * Integer.BYTES + Long.BYTES;
        yield growing + sealing + codes + (layout == Layout.FAST ? encoding : 0);
      }
    };
  }
}
