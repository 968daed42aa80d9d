package dev.kith.index.ivf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.TopK;
import dev.kith.index.build.Mixture;
import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.ProductCode;
import dev.kith.index.codec.ProductQuantizer;
import dev.kith.index.codec.ProductRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.RandomRotation;
import dev.kith.index.codec.Rotation;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.WordTraining;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// An inverted file in memory, and the plainest search over it: double loops over what is stored.
final class IvfFixture implements AutoCloseable {
  private static final long SEED = 7;

  private final Arena arena = Arena.ofShared();
  private final VectorRows given;
  private final Partition partition;
  private final Spill spill;
  private final InvertedFile file;

  /// @param threads with the calling one
  IvfFixture(Mixture mixture, int lists, Codec codec, int threads) throws InterruptedException {
    this(mixture, new IvfParams(lists, SEED), codec, threads);
  }

  /// @param threads with the calling one
  IvfFixture(Mixture mixture, IvfParams params, Codec codec, int threads)
      throws InterruptedException {
    this.given = rows(mixture, arena);
    this.partition = partition(mixture.count(), params, threads);
    this.spill =
        params.spill()
            ? Spill.of(partition, given, partition.order(), threads, arena, _ -> {})
            : Spill.none(partition.centroids().capacity());
    VectorRows packed = packed();
    this.file =
        new InvertedFile(
            new InvertedLists(
                CoarseQuantizer.flat(partition.centroids()),
                partition.starts(),
                spill,
                codes(codec, packed, threads)),
            packed,
            Tuning.fixed(1, 1));
  }

  /// A row a vector, and memory for one if there is none.
  static VectorRows rows(Mixture mixture, Arena arena) {
    VectorRows rows = VectorRows.reserve(mixture.space(), Math.max(1, mixture.count()), arena);
    for (int i = 0; i < mixture.count(); i++) {
      rows.set(i, mixture.vectors()[i]);
    }
    return rows;
  }

  private Partition partition(int count, IvfParams params, int threads)
      throws InterruptedException {
    if (count == 0) {
      VectorRows none = VectorRows.reserve(given.space(), 1, arena);
      return new Partition(none, new int[2], new int[0], 0, 0, 0);
    }
    int[] all = IntStream.range(0, count).toArray();
    Partition.Centroids centroids = Partition.train(params, given, all, threads, arena, _ -> {});
    return Partition.of(centroids, given, all, threads, _ -> {});
  }

  /// The rows by position, without padding, as files have them.
  private VectorRows packed() {
    int[] order = partition.order();
    long bytes = VectorRows.packedBytes(given.space());
    MemorySegment memory = arena.allocate(bytes * order.length, Float.BYTES);
    for (int position = 0; position < order.length; position++) {
      MemorySegment.copy(
          given.segment(), given.offset(order[position]), memory, position * bytes, bytes);
    }
    return VectorRows.packed(given.space(), memory, order.length);
  }

  private ListCodes codes(Codec codec, VectorRows packed, int threads) throws InterruptedException {
    return switch (codec) {
      case Codec.F32() -> new ListCodes.Plain(packed);
      case Codec.Rabitq(int bits) when bits <= RabitqCode.MAX_BITS -> {
        int dimension = given.paddedDimension();
        yield blocks(
            new RabitqCode(dimension, RabitqCode.suitableBits(given.space().dimension())),
            Optional.of(new RandomRotation(dimension, SEED)),
            threads);
      }
      case Codec.Pq pq -> {
        WordTraining.Learnt learnt =
            encoder().training().learn(pq.listBits(), pq.rotated(), SEED, threads, arena, () -> {});
        yield pq.listBits() == 4
            ? blocks(new ProductCode(learnt.words()), learnt.rotation(), threads)
            : words(learnt, threads);
      }
      case Codec.F16(), Codec.Bf16(), Codec.Int8(), Codec.Rabitq _, Codec.Prefix _ ->
          new ListCodes.Rows(
              SegmentCodes.encode(codec, given, partition.order(), SEED, 1, arena, _ -> {}));
    };
  }

  private ListCodes blocks(BlockCode code, Optional<Rotation> rotation, int threads)
      throws InterruptedException {
    MemorySegment room = arena.allocate(encoder().bytes(code), 64);
    return coded(new ListCodes.Blocks(code, rotation, FactorFormat.WRITTEN, room), threads);
  }

  private ListCodes words(WordTraining.Learnt learnt, int threads) throws InterruptedException {
    int count = encoder().entries();
    ProductQuantizer words = learnt.words();
    long bytes = ProductRows.bytes(words.parts(), words.bits(), FactorFormat.WRITTEN, count);
    ProductRows rows = new ProductRows(words, FactorFormat.WRITTEN, arena.allocate(bytes), count);
    return coded(new ListCodes.Words(rows, learnt.rotation()), threads);
  }

  private ListCodes coded(ListCodes.Relative codes, int threads) throws InterruptedException {
    encoder().write(codes, threads, _ -> {});
    return codes;
  }

  IvfEncoder encoder() {
    return new IvfEncoder(partition, spill, given, partition.order());
  }

  /// The rows as they were given.
  VectorRows given() {
    return given;
  }

  Partition partition() {
    return partition;
  }

  Spill spill() {
    return spill;
  }

  InvertedFile file() {
    return file;
  }

  InvertedLists lists() {
    return file.lists();
  }

  /// The raw score of a row, from its definition.
  double exact(QueryBuffer query, int position) {
    return score(query, file.rows(), position);
  }

  private static double score(QueryBuffer query, VectorRows rows, int row) {
    double dot = 0;
    double distance = 0;
    for (int i = 0; i < rows.space().dimension(); i++) {
      double a = query.segment().get(Points.FLOAT, 4L * i);
      double b = rows.segment().get(Points.FLOAT, rows.offset(row) + 4L * i);
      dot += a * b;
      distance += (a - b) * (a - b);
    }
    return switch (rows.space().metric()) {
      case COSINE, DOT -> dot;
      case EUCLIDEAN -> -distance;
    };
  }

  /// Lists with rows, the nearest first.
  List<Integer> nearestLists(QueryBuffer query) {
    return IntStream.range(0, lists().count())
        .filter(list -> lists().size(list) > 0)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer list) -> -centroidScore(query, list))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /// Accepted rows of the nearest lists, and of four times as many while those are too few.
  int[] read(QueryBuffer query, int nprobe, int wanted, IntPredicate accepted) {
    List<Integer> nearest = nearestLists(query);
    int to = Math.min(nprobe, lists().count());
    int[] positions = rowsOf(nearest, to, accepted);
    while (positions.length < wanted && to < lists().count()) {
      to = Math.min(lists().count(), 4 * to);
      positions = rowsOf(nearest, to, accepted);
    }
    return positions;
  }

  /// The raw score of a centroid, from its definition.
  double centroidScore(QueryBuffer query, int list) {
    return score(query, partition.centroids(), list);
  }

  /// Accepted rows of the first so many lists, each once.
  int[] rowsOf(List<Integer> nearest, int count, IntPredicate accepted) {
    return nearest.stream()
        .limit(count)
        .mapToInt(Integer::intValue)
        .flatMap(list -> IntStream.concat(own(list), spilled(list)))
        .filter(accepted)
        .distinct()
        .toArray();
  }

  private IntStream own(int list) {
    return IntStream.range(partition.starts()[list], partition.starts()[list + 1]);
  }

  private IntStream spilled(int list) {
    return IntStream.range(spill.starts()[list], spill.starts()[list + 1]).map(spill::position);
  }

  /// Holds hits to the best of some positions; which of equally good ones they are is left open.
  void assertBest(QueryBuffer query, int[] among, TopK hits) {
    double[] best =
        Arrays.stream(among).mapToDouble(position -> -exact(query, position)).sorted().toArray();
    int[] ordinals = new int[hits.size()];
    float[] scores = new float[hits.size()];
    assertEquals(Math.min(hits.k(), among.length), hits.size());
    hits.drainTo(ordinals, scores);
    assertEquals(ordinals.length, IntStream.of(ordinals).distinct().count(), "a row came twice");
    Set<Integer> allowed = IntStream.of(among).boxed().collect(Collectors.toSet());
    for (int rank = 0; rank < ordinals.length; rank++) {
      assertTrue(allowed.contains(ordinals[rank]), "row " + ordinals[rank]);
      assertEquals(-best[rank], scores[rank], 1e-4);
      assertEquals(exact(query, ordinals[rank]), scores[rank], 1e-4);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
