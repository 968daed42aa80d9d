package dev.kith.index.codec;

import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/// Codes of the prefixes of the vectors of one segment, as another codec makes them: fewer
/// coordinates, each of which may be coded with more care in as many bytes (AdANNS-OPQ; Rege et
/// al., *AdANNS: A framework for adaptive semantic search*, NeurIPS 2023, section 4.2).
///
/// Under COSINE prefixes are of length one again, and scores are cosines of prefixes. What is
/// stored is what the other codec stores.
///
/// @param space of the vectors
/// @param projection what makes prefixes
/// @param codes of the prefixes
public record ProjectedCodes(VectorSpace space, Projection projection, SegmentCodes codes)
    implements SegmentCodes {

  /// @throws IllegalArgumentException if the codes are not of the prefixes
  public ProjectedCodes {
    CodedRows.requireSameSpace(codes.space(), projection.prefixes(space));
  }

  /// Makes prefixes, and codes of them.
  ///
  /// @param projection what makes prefixes
  /// @param sources ordinals in `rows`, in the order of the codes to make
  /// @param arena frees the codes, and what was learnt, when it closes
  static ProjectedCodes encode(
      Codec.Prefix codec,
      Projection projection,
      VectorRows rows,
      int[] sources,
      long seed,
      int threads,
      Arena arena,
      Progress progress)
      throws InterruptedException {
    try (Arena scratch = Arena.ofShared()) {
      VectorRows prefixes =
          projection.prefixes(rows, sources, threads, scratch, () -> progress.encoded(0));
      int[] all = IntStream.range(0, sources.length).toArray();
      SegmentCodes codes =
          SegmentCodes.encode(codec.of(), prefixes, all, seed, threads, arena, progress);
      return new ProjectedCodes(rows.space(), projection, codes);
    }
  }

  /// Of a prefix that is zero, and so has no direction, makes one that has some.
  static void giveDirection(MemorySegment prefix, int width) {
    double squares = new Points(prefix, 0, 0, width).squaredLength(0);
    if (squares == 0) {
      prefix.set(Points.FLOAT, 0, 1);
    }
  }

  /// The space of the prefixes that a codec codes.
  public static VectorSpace prefixSpace(Codec.Prefix codec, VectorSpace space) {
    return new VectorSpace(codec.widthsOf(space).getLast(), space.metric());
  }

  /// The prefix of a query, as a query for the codes; borrowed from it.
  QueryBuffer project(QueryBuffer query) {
    return query.projected(projection);
  }

  @Override
  public MemorySegment stored() {
    return codes.stored();
  }

  @Override
  public int capacity() {
    return codes.capacity();
  }
}
