package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.VectorKernel;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Vectors of one segment as words ([ProductQuantizer]), in contiguous off-heap memory: a quarter
/// of a byte a coordinate, and 4 bytes.
///
/// Rows, turned if there is a rotation, are coded relative to a *centre*, the mean of all rows: as
/// those of an inverted file relative to the centroid of their list, with one list.
///
/// First comes the centre as a row of [VectorRows], not turned, then the rows as [ProductRows].
/// What was learnt of them is stored elsewhere.
///
/// Borrows its memory. See [SegmentCodes] for threads.
public final class WordRows implements SegmentCodes {

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  /// Rows that a thread codes at a time: short enough for one who waits to cancel.
  private static final int CHUNK = 128;

  private final VectorSpace space;
  private final WordTraining.Learnt learnt;
  private final MemorySegment stored;
  private final ProductRows rows;

  private WordRows(
      VectorSpace space,
      WordTraining.Learnt learnt,
      FactorFormat format,
      MemorySegment stored,
      int capacity) {
    this.space = space;
    this.learnt = learnt;
    this.stored = stored;
    this.rows =
        new ProductRows(
            learnt.words(), format, stored.asSlice(VectorRows.strideBytes(space)), capacity);
  }

  /// Learns words and codes rows by them, the same bytes with any number of threads.
  ///
  /// @param sources ordinals in `rows`, in the order of the codes to make
  /// @param seed of what is drawn to learn from
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param arena frees the codes, and what was learnt, when it closes
  /// @throws InterruptedException if the calling thread is interrupted
  public static WordRows encode(
      Codec.Pq codec,
      VectorRows rows,
      int[] sources,
      long seed,
      int threads,
      Arena arena,
      Progress progress)
      throws InterruptedException {
    VectorSpace space = rows.space();
    int capacity = Math.max(1, sources.length);
    int bits = codec.rowBits();
    MemorySegment stored =
        OffHeap.reserve(bytes(space, bits, FactorFormat.WRITTEN, capacity), arena);
    Centre.storeMean(rows, sources, stored);
    WordTraining.Learnt learnt =
        new WordTraining(rows, sources, stored, _ -> 0)
            .learn(bits, codec.rotated(), seed, threads, arena, () -> progress.encoded(0));
    WordRows coded = new WordRows(space, learnt, FactorFormat.WRITTEN, stored, capacity);
    coded.write(rows, sources, threads, progress);
    return coded;
  }

  /// Reads the centre and `count` rows from where [#stored()] was kept.
  ///
  /// @param learnt with which they were encoded
  /// @param format with which they were encoded
  /// @param mapped these and nothing else, 64-byte aligned
  /// @throws IllegalArgumentException if the length or the address does not fit, or what was learnt
  ///   is of other dimensions
  public static WordRows map(
      VectorSpace space,
      WordTraining.Learnt learnt,
      FactorFormat format,
      MemorySegment mapped,
      int count) {
    Require.inRange("count", count, 0, Integer.MAX_VALUE);
    int dimension = space.dimension();
    Require.inRange("dimension", learnt.words().dimension(), dimension, dimension);
    CodedRows.requireFit(mapped, count, bytes(space, learnt.words().bits(), format, count), space);
    return new WordRows(space, learnt, format, mapped, count);
  }

  /// Bytes of the centre and `count` rows.
  ///
  /// @param bits a part, 4 or 8
  public static long bytes(VectorSpace space, int bits, FactorFormat format, int count) {
    int parts = WordTraining.parts(space.dimension(), bits);
    return VectorRows.strideBytes(space) + ProductRows.bytes(parts, bits, format, count);
  }

  private void write(VectorRows source, int[] sources, int threads, Progress progress)
      throws InterruptedException {
    float[] centre = new float[rows.dimension()];
    prepare(stored, 0, centre);
    try (Arena arena = Arena.ofShared()) {
      RowPreparer.Packed packed = RowPreparer.Packed.of(learnt.rotation(), arena);
      ProductEncoder.PackedWords words = new ProductEncoder.PackedWords(learnt.words(), arena);
      try (OrderedWork<Place> work =
          new OrderedWork<>(
              threads,
              () ->
                  new Place(
                      new RowPreparer(packed, source, sources, centre.length, CHUNK, arena),
                      new ProductEncoder(rows, words, space.metric(), CHUNK, arena)))) {
        work.run(
            sources.length,
            CHUNK,
            (place, from, to) -> place.write(centre, from, to),
            progress::encoded);
      }
    }
  }

  /// What a thread needs.
  private record Place(RowPreparer preparer, ProductEncoder encoder) {
    void write(float[] centre, int from, int to) {
      encoder.setCentre(centre);
      encoder.write(preparer.prepare(from, to), to - from, from);
    }
  }

  /// Turns a vector as the rows are, and pads it with zeros.
  ///
  /// @param source holds its coordinates, little-endian floats
  /// @param offset where they start, in bytes
  /// @param prepared takes [ProductRows#dimension()] coordinates
  void prepare(MemorySegment source, long offset, float[] prepared) {
    Rotation.prepare(learnt.rotation(), source, offset, space.dimension(), prepared);
  }

  /// The raw score of the centre.
  float scoreOfCentre(QueryBuffer query) {
    int dimension = space.dimension();
    return space.metric() == Metric.EUCLIDEAN
        ? -KERNEL.squaredDistance(query.segment(), 0, stored, 0, dimension)
        : KERNEL.dot(query.segment(), 0, stored, 0, dimension);
  }

  /// What was learnt of the rows, and is stored beside them.
  public WordTraining.Learnt learnt() {
    return learnt;
  }

  /// The rows without the centre.
  ProductRows rows() {
    return rows;
  }

  @Override
  public MemorySegment stored() {
    return stored;
  }

  @Override
  public VectorSpace space() {
    return space;
  }

  @Override
  public int capacity() {
    return rows.count();
  }
}
