package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.cluster.Clusters;
import dev.kith.index.cluster.KMeans;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.Points;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/// Replaces each part of a vector by the nearest of a few *words*, which were learnt from such
/// parts (Jégou, Douze and Schmid, *Product quantization for nearest neighbor search*, TPAMI 2011).
/// Immutable and thread-safe.
///
/// A vector of `d` coordinates has `parts` parts, of consecutive coordinates and as long as each
/// other, or one coordinate longer. A part is coded by 4 bits (16 words, looked up by [FastScan])
/// or by 8 (256 words).
///
/// Stored as little-endian floats: for every part, for every one of its coordinates, that
/// coordinate of all words.
public final class ProductQuantizer {

  /// Points a word from which on more of them change little.
  public static final int ENOUGH_PER_WORD = KMeans.ENOUGH_PER_CLUSTER;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int dimension;
  private final int parts;
  private final int bits;
  private final int words;
  private final float[] book;

  /// How vectors are cut and coded.
  ///
  /// @param parts of a vector: at least 1, at most its dimension, and [FastScan#MAX_LOOKUPS]
  /// @param bits a part, 4 or 8
  /// @param rounds of k-means at most, in `[1, 1000]`
  /// @param seed of the draws
  public record Params(int parts, int bits, int rounds, long seed) {
    public Params {
      Require.inRange("parts", parts, 1, FastScan.MAX_LOOKUPS);
      if (bits != 4 && bits != 8) {
        throw new IllegalArgumentException("bits must be 4 or 8, got " + bits);
      }
      Require.inRange("rounds", rounds, 1, 1000);
    }
  }

  /// @param book the words as they are stored
  ProductQuantizer(int dimension, int parts, int bits, float[] book) {
    this.dimension = dimension;
    this.parts = parts;
    this.bits = bits;
    this.words = 1 << bits;
    this.book = book;
  }

  /// Learns words.
  ///
  /// @param sample points to learn from, at least one; [#ENOUGH_PER_WORD] a word do
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param step called now and then; may throw to end it
  /// @throws IllegalArgumentException if there are more parts than coordinates
  /// @throws InterruptedException if the calling thread is interrupted
  public static ProductQuantizer train(
      Points points, int[] sample, Params params, int threads, Runnable step)
      throws InterruptedException {
    int dimension = points.depth();
    Require.inRange("parts", params.parts(), 1, Math.min(dimension, FastScan.MAX_LOOKUPS));
    ProductQuantizer quantizer =
        new ProductQuantizer(
            dimension, params.parts(), params.bits(), new float[dimension << params.bits()]);
    for (int part = 0; part < params.parts(); part++) {
      try (Arena arena = Arena.ofShared()) {
        KMeans.Params each =
            new KMeans.Params(
                quantizer.words, params.rounds(), false, quantizer.words, params.seed() + part);
        quantizer.take(
            part,
            KMeans.train(
                    quantizer.part(points, part),
                    sample,
                    each,
                    threads,
                    arena,
                    (round, of, error) -> step.run())
                .clusters());
      }
    }
    return quantizer;
  }

  /// Reads what [#store] wrote.
  ///
  /// @param stored [#storedBytes] bytes and nothing else
  /// @throws IllegalArgumentException if the parameters are out of range, or the length does not
  ///   fit
  public static ProductQuantizer read(int dimension, int parts, int bits, MemorySegment stored) {
    Params params = new Params(parts, bits, 1, 0);
    Require.inRange("parts", parts, 1, dimension);
    if (stored.byteSize() != storedBytes(dimension, bits)) {
      throw new IllegalArgumentException(
          "words of %d dimensions and %d bits take %d bytes, got %d"
              .formatted(dimension, bits, storedBytes(dimension, bits), stored.byteSize()));
    }
    float[] book = new float[dimension << params.bits()];
    MemorySegment.copy(stored, FLOAT, 0, book, 0, book.length);
    return new ProductQuantizer(dimension, parts, bits, book);
  }

  /// Bytes that all words take.
  public static long storedBytes(int dimension, int bits) {
    return ((long) dimension << bits) * Float.BYTES;
  }

  /// Writes all words.
  ///
  /// @param target takes [#storedBytes] bytes from its start on
  public void store(MemorySegment target) {
    MemorySegment.copy(book, 0, target, FLOAT, 0, book.length);
  }

  private void take(int part, Clusters clusters) {
    Points centroids = clusters.centroids();
    for (int word = 0; word < words; word++) {
      for (int i = 0; i < clusters.depth(); i++) {
        book[(start(part) + i) * words + word] =
            centroids.segment().get(FLOAT, centroids.at(word) + (long) i * Float.BYTES);
      }
    }
  }

  private Points part(Points points, int part) {
    return new Points(
        points.segment(),
        points.offset() + (long) start(part) * Float.BYTES,
        points.stride(),
        start(part + 1) - start(part));
  }

  /// The first coordinate of a part, or that behind the last one.
  private int start(int part) {
    return (int) ((long) dimension * part / parts);
  }

  /// Coordinates of a vector.
  public int dimension() {
    return dimension;
  }

  /// Parts of a vector.
  public int parts() {
    return parts;
  }

  /// Bits a part: 4 or 8.
  public int bits() {
    return bits;
  }

  /// The first coordinate of every part, and the dimension.
  int[] starts() {
    return IntStream.rangeClosed(0, parts).map(this::start).toArray();
  }

  /// Words a part.
  int words() {
    return words;
  }

  /// The words as they are stored: borrowed, not to be changed.
  float[] book() {
    return book;
  }

  /// Packs the words of every part, such that their product with that part of a row is largest for
  /// the nearest: the inner product less half the squared length of the word.
  ///
  /// @param arena frees the memory when it closes
  Columns[] columns(Arena arena) {
    Columns[] columns = new Columns[parts];
    MemorySegment source = arena.allocate(storedBytes(dimension, bits));
    store(source);
    for (int part = 0; part < parts; part++) {
      int first = start(part);
      int depth = start(part + 1) - first;
      columns[part] = new Columns(words, depth, arena);
      for (int i = 0; i < depth; i++) {
        columns[part].setCoordinate(i, source, (long) (first + i) * words * Float.BYTES);
      }
      for (int word = 0; word < words; word++) {
        double squares = 0;
        for (int i = first; i < first + depth; i++) {
          squares += (double) book[i * words + word] * book[i * words + word];
        }
        columns[part].setAddend(word, (float) (-squares / 2));
      }
    }
    return columns;
  }

  /// Finds the nearest word of every part; of equally near ones the first.
  ///
  /// @param vector at least [#dimension()] coordinates
  /// @param codes takes the number of a word for each part, as an unsigned byte
  public void encode(float[] vector, byte[] codes) {
    for (int part = 0; part < parts; part++) {
      int nearest = 0;
      float least = Float.POSITIVE_INFINITY;
      for (int word = 0; word < words; word++) {
        float distance = 0;
        for (int i = start(part); i < start(part + 1); i++) {
          float difference = vector[i] - book[i * words + word];
          distance += difference * difference;
        }
        if (distance < least) {
          least = distance;
          nearest = word;
        }
      }
      codes[part] = (byte) nearest;
    }
  }

  /// Puts the words together that codes stand for.
  ///
  /// @param vector takes [#dimension()] coordinates
  public void decode(byte[] codes, float[] vector) {
    for (int part = 0; part < parts; part++) {
      int word = codes[part] & 0xFF;
      for (int i = start(part); i < start(part + 1); i++) {
        vector[i] = book[i * words + word];
      }
    }
  }

  /// Returns the inner product of what codes stand for and a vector.
  double product(byte[] codes, float[] vector) {
    double sum = 0;
    for (int part = 0; part < parts; part++) {
      int word = codes[part] & 0xFF;
      for (int i = start(part); i < start(part + 1); i++) {
        sum += (double) book[i * words + word] * vector[i];
      }
    }
    return sum;
  }

  /// Computes the inner products of the parts of a query and all their words.
  ///
  /// @param products takes, for every part, those with its `2^bits` words
  public void products(float[] query, float[] products) {
    for (int part = 0; part < parts; part++) {
      int at = part * words;
      int first = start(part);
      for (int word = 0; word < words; word++) {
        products[at + word] = query[first] * book[first * words + word];
      }
      for (int i = first + 1; i < start(part + 1); i++) {
        for (int word = 0; word < words; word++) {
          products[at + word] += query[i] * book[i * words + word];
        }
      }
    }
  }
}
