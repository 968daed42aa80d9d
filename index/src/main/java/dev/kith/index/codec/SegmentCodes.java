package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.HalfFormat;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The codes of all rows of one segment, in contiguous off-heap memory that someone else owns.
///
/// A row is read by any thread that learnt of its ordinal through a synchronising action, and must
/// not be set while another thread may read it.
public sealed interface SegmentCodes
    permits SegmentCodes.EachForItself, WordRows, PrefixRows, ProjectedCodes {

  /// Listens to encoding.
  interface Progress {

    /// Hears how many rows are encoded: none, now and then, while there is something to be learnt
    /// of them first. May throw to end it.
    void encoded(int rows);
  }

  /// The shape of every vector here.
  VectorSpace space();

  /// Rows there is room for.
  int capacity();

  /// Everything there is to store, borrowed, but for what words were learnt ([WordRows#learnt()]):
  /// mapped, it is these codes again.
  MemorySegment stored();

  /// Codes of which each depends on its own row, and on what is known before any is set.
  sealed interface EachForItself extends SegmentCodes
      permits HalfRows, Int8Rows, RabitqRows, LevelRows {

    /// Encodes a row of floats.
    ///
    /// @throws IllegalArgumentException if `source` holds vectors of another space
    /// @throws IndexOutOfBoundsException if either row does not exist
    void set(int ordinal, VectorRows source, int sourceOrdinal);
  }

  /// Encodes rows of floats.
  ///
  /// @param codec one that has codes, not [Codec.F32]
  /// @param sources ordinals in `rows`, in the order of the codes to make
  /// @param seed of the rotation, or of what is drawn to learn from, where the codec has such
  /// @param threads that learn and code words, with the calling one, in `[1, 1024]`; the codes are
  ///   the same with any number of them
  /// @param arena frees the codes when it closes
  /// @throws InterruptedException if the calling thread is interrupted while it learns
  static SegmentCodes encode(
      Codec codec,
      VectorRows rows,
      int[] sources,
      long seed,
      int threads,
      Arena arena,
      Progress progress)
      throws InterruptedException {
    return switch (codec) {
      case Codec.F32() -> throw without(codec);
      case Codec.Pq words -> WordRows.encode(words, rows, sources, seed, threads, arena, progress);
      case Codec.Prefix prefix -> {
        Projection projection =
            Projection.learn(
                prefix, rows, sources, seed, threads, arena, () -> progress.encoded(0));
        yield encode(prefix, projection, rows, sources, seed, threads, arena, progress);
      }
      case Codec.F16(), Codec.Bf16(), Codec.Int8(), Codec.Rabitq _ -> {
        EachForItself codes = reserve(codec, rows, sources, seed, arena);
        for (int ordinal = 0; ordinal < sources.length; ordinal++) {
          codes.set(ordinal, rows, sources[ordinal]);
          progress.encoded(ordinal + 1);
        }
        yield codes;
      }
    };
  }

  /// Encodes prefixes of rows of floats that are made as is known; otherwise as above.
  ///
  /// @param projection what makes them ([Projection#learn])
  static SegmentCodes encode(
      Codec.Prefix codec,
      Projection projection,
      VectorRows rows,
      int[] sources,
      long seed,
      int threads,
      Arena arena,
      Progress progress)
      throws InterruptedException {
    return codec.of().hasCodes()
        ? ProjectedCodes.encode(codec, projection, rows, sources, seed, threads, arena, progress)
        : PrefixRows.encode(codec, projection, rows, sources, threads, arena, progress);
  }

  private static EachForItself reserve(
      Codec codec, VectorRows rows, int[] sources, long seed, Arena arena) {
    int capacity = Math.max(1, sources.length);
    VectorSpace space = rows.space();
    return switch (codec) {
      case Codec.F32(), Codec.Pq _, Codec.Prefix _ -> throw without(codec);
      case Codec.F16() -> HalfRows.reserve(space, HalfFormat.F16, capacity, arena);
      case Codec.Bf16() -> HalfRows.reserve(space, HalfFormat.BF16, capacity, arena);
      case Codec.Int8() -> Int8Rows.reserve(space, capacity, arena);
      case Codec.Rabitq(int bits) when bits <= 1 -> RabitqRows.reserve(rows, sources, seed, arena);
      case Codec.Rabitq(int bits) -> LevelRows.reserve(rows, bits, sources, seed, arena);
    };
  }

  /// Reads the codes of `count` rows from where [#stored()] was kept.
  ///
  /// @param codec one whose codes are read by themselves: not [Codec.F32], which has none, nor
  ///   [Codec.Pq], see [WordRows#map], nor [Codec.Prefix]
  /// @param seed with which they were encoded
  /// @param stored the codes and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the length or the address does not fit
  static SegmentCodes map(
      Codec codec, VectorSpace space, MemorySegment stored, int count, long seed) {
    return switch (codec) {
      case Codec.F32(), Codec.Pq _, Codec.Prefix _ -> throw without(codec);
      case Codec.F16() -> HalfRows.map(space, HalfFormat.F16, stored, count);
      case Codec.Bf16() -> HalfRows.map(space, HalfFormat.BF16, stored, count);
      case Codec.Int8() -> Int8Rows.map(space, stored, count);
      case Codec.Rabitq(int bits) when bits <= 1 -> RabitqRows.map(space, stored, count, seed);
      case Codec.Rabitq(int bits) -> LevelRows.map(space, bits, stored, count, seed);
    };
  }

  /// Bytes that the codes of `count` rows take.
  static long bytes(Codec codec, VectorSpace space, int count) {
    return switch (codec) {
      case Codec.F32() -> 0;
      case Codec.Pq words -> WordRows.bytes(space, words.rowBits(), FactorFormat.WRITTEN, count);
      case Codec.Prefix prefix when !prefix.of().hasCodes() ->
          PrefixRows.bytes(prefix, space, count);
      case Codec.Prefix prefix ->
          bytes(prefix.of(), ProjectedCodes.prefixSpace(prefix, space), count);
      case Codec.F16(), Codec.Bf16() -> count * HalfRows.strideBytes(space);
      case Codec.Int8() -> count * Int8Rows.strideBytes(space);
      case Codec.Rabitq(int bits) when bits <= 1 -> RabitqRows.bytes(space, count);
      case Codec.Rabitq(int bits) -> LevelRows.bytes(space, bits, count);
    };
  }

  private static IllegalArgumentException without(Codec codec) {
    return new IllegalArgumentException(
        "the codec %s has no codes that are read by themselves".formatted(codec.name()));
  }
}
