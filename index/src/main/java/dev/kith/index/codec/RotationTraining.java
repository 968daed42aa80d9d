package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.kernel.Points;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/// Learns a rotation after which words stand for vectors with less error: optimized product
/// quantization (Ge, He, Ke and Sun, *Optimized product quantization*, TPAMI 2014, section 3.1, the
/// solution without parameters).
///
/// Begins with no rotation or with the [PrincipalAxes], whichever leaves a plain [ProductQuantizer]
/// less error: on GloVe-100 in 25 parts of 8 bits that is the axes (0.068 beside 0.076), on MNIST
/// in 98, where coordinates that follow each other are neighbours in a picture, no rotation (60,000
/// beside 70,000; a random one 750,000). A round moves every word to the mean of the parts that it
/// stands for, turns the rotation so that vectors come as near as they can to what their codes
/// stand for ([Procrustes]), and codes the vectors again. None of the three makes the mean squared
/// error larger, so there is never more of it than without a rotation.
///
/// The same points and seed give the same rotation, with any number of threads.
public final class RotationTraining {
  private final Points points;
  private final int[] sample;
  private final Params params;
  private final int threads;
  private final Runnable step;

  /// What to learn.
  ///
  /// @param words how rotated vectors are cut and coded
  /// @param rounds times that the rotation is turned, in `[1, 1000]`
  public record Params(ProductQuantizer.Params words, int rounds) {
    public Params {
      Require.inRange("rounds", rounds, 1, 1000);
    }
  }

  /// What was learnt.
  ///
  /// @param rotation in the memory of the arena that was given
  /// @param words of rotated vectors
  /// @param errors mean squared distances of the sample from what its codes stand for: at the start
  ///   and after every round
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Result(OrthogonalRotation rotation, ProductQuantizer words, double[] errors) {}

  /// A rotation and words for it.
  private record Start(MemorySegment matrix, ProductQuantizer words) {}

  private RotationTraining(Points points, int[] sample, Params params, int threads, Runnable step) {
    this.points = points;
    this.sample = sample;
    this.params = params;
    this.threads = threads;
    this.step = step;
  }

  /// Learns a rotation and words for it.
  ///
  /// @param points of at most [OrthogonalRotation#MAX_DIMENSION] coordinates
  /// @param sample points to learn from, at least one: as many as words are learnt from
  ///   ([ProductQuantizer#ENOUGH_PER_WORD]), and more than there are coordinates
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param arena frees the rotation when it closes
  /// @param step called now and then; may throw to end it
  /// @throws IllegalArgumentException if there are too many coordinates, or more parts than these
  /// @throws InterruptedException if the calling thread is interrupted
  public static Result train(
      Points points, int[] sample, Params params, int threads, Arena arena, Runnable step)
      throws InterruptedException {
    Require.inRange("dimension", points.depth(), 1, OrthogonalRotation.MAX_DIMENSION);
    Require.inRange("sample size", sample.length, 1, Integer.MAX_VALUE);
    return new RotationTraining(points, sample, params, threads, step).train(arena);
  }

  private Result train(Arena arena) throws InterruptedException {
    int dimension = points.depth();
    double[] errors = new double[params.rounds() + 1];
    try (Arena scratch = Arena.ofShared();
        CodedSample coded = new CodedSample(points, sample, params.words(), threads, scratch);
        Procrustes procrustes = new Procrustes(dimension, threads, scratch)) {
      Start start = start(coded, procrustes, scratch);
      MemorySegment matrix = start.matrix;
      ProductQuantizer words = start.words;
      errors[0] = coded.code(OrthogonalRotation.map(dimension, matrix), words);
      for (int round = 1; round <= params.rounds(); round++) {
        step.run();
        words = coded.means(words);
        procrustes.solve(coded.correlations(words), matrix);
        errors[round] = coded.code(OrthogonalRotation.map(dimension, matrix), words);
      }
      MemorySegment kept = arena.allocate(matrix.byteSize(), 64).copyFrom(matrix);
      return new Result(OrthogonalRotation.map(dimension, kept), coded.means(words), errors);
    }
  }

  private Start start(CodedSample coded, Procrustes procrustes, Arena arena)
      throws InterruptedException {
    int dimension = points.depth();
    MemorySegment none = OrthogonalRotation.identity(dimension, arena);
    ProductQuantizer plain = words(points, sample);
    double plainError = coded.code(OrthogonalRotation.map(dimension, none), plain);
    MemorySegment axes = OrthogonalRotation.identity(dimension, arena);
    double[] covariances = Covariances.of(points, sample, true, threads, step);
    double[] rows = new PrincipalAxes(dimension, covariances, step).allocate(plain.starts());
    procrustes.solve(rows, axes);
    OrthogonalRotation rotation = OrthogonalRotation.map(dimension, axes);
    try (Arena once = Arena.ofShared()) {
      Points rotated = coded.rotated(rotation, once);
      ProductQuantizer turned = words(rotated, IntStream.range(0, sample.length).toArray());
      return coded.code(rotation, turned) < plainError
          ? new Start(axes, turned)
          : new Start(none, plain);
    }
  }

  private ProductQuantizer words(Points from, int[] which) throws InterruptedException {
    return ProductQuantizer.train(from, which, params.words(), threads, step);
  }
}
