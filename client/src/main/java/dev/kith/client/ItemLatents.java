package dev.kith.client;

import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/// Vectors of items whose inner products with a query's vector come near the scores that an
/// expensive scorer would give them. They are made once, from the scores of all items for some
/// anchor queries, and kept in a collection with the metric DOT, which [ScorerSearch] searches.
///
/// With the anchors' scores as a matrix, a query a row, divided by the root of the number of rows,
/// an item's latent is the product of its column with the first left singular vectors (Yadav et
/// al., *Efficient Nearest Neighbor Search for Cross-Encoder Models using Matrix Factorization*,
/// EMNLP 2022; Eckart and Young: no vectors of as few coordinates reproduce the scores better). The
/// scale is such that the anchors' own vectors have a mean square of one in each coordinate, so
/// that one ridge is fair to all of them.
///
/// Immutable. The same scores give the same latents.
public final class ItemLatents {

  /// Most anchor queries: their products with one another take 8 bytes each, and to solve them
  /// takes time that grows with the cube.
  public static final int MAX_ANCHORS = 4096;

  // Of 500 anchors 4 MB in doubles.
  private static final int BLOCK_ITEMS = 1024;

  private final int rank;
  private final float[] rows;
  private final double explained;

  private ItemLatents(int rank, float[] rows, double explained) {
    this.rank = rank;
    this.rows = rows;
    this.explained = explained;
  }

  /// Makes latents.
  ///
  /// @param scores of every item, a row an anchor query; finite. Anchors should be such as will be
  ///   searched for: what none of them tells apart, latents do not tell apart either
  /// @param rank coordinates of a latent, in `[1, min(anchors, items)]`: as many as the anchors
  ///   support, 200 of 500 for example
  /// @throws IllegalArgumentException if there are no scores, or more than [#MAX_ANCHORS] rows, if
  ///   rows differ in length, the rank is out of range, or a score is not finite
  public static ItemLatents of(float[][] scores, int rank) {
    int anchors = scores.length;
    if (anchors < 1 || anchors > MAX_ANCHORS) {
      throw new IllegalArgumentException(
          "expected scores of 1 to %d anchor queries, got %d".formatted(MAX_ANCHORS, anchors));
    }
    int items = scores[0].length;
    for (int anchor = 0; anchor < anchors; anchor++) {
      requireScores(scores[anchor], items, anchor);
    }
    if (rank < 1 || rank > Math.min(anchors, items)) {
      throw new IllegalArgumentException(
          "rank must be in [1, %d] with %d anchor queries and %d items, got %d"
              .formatted(Math.min(anchors, items), anchors, items, rank));
    }
    return new Factors(scores, items).latents(rank);
  }

  private static void requireScores(float[] row, int items, int anchor) {
    if (row.length != items || items < 1) {
      throw new IllegalArgumentException(
          "every anchor query must have a score of each of the same items, at least one: query 0 has %d scores, query %d has %d"
              .formatted(items, anchor, row.length));
    }
    for (int item = 0; item < items; item++) {
      if (!Float.isFinite(row[item])) {
        throw new IllegalArgumentException(
            "scores must be finite, got %s of anchor query %d for item %d"
                .formatted(row[item], anchor, item));
      }
    }
  }

  /// Items, at least 1.
  public int items() {
    return rows.length / rank;
  }

  /// Coordinates of a latent: the dimension of the collection.
  public int rank() {
    return rank;
  }

  /// A copy of one item's latent.
  ///
  /// @param item its place in the rows of scores
  public float[] latent(int item) {
    float[] latent = new float[rank];
    System.arraycopy(rows, item * rank, latent, 0, rank);
    return latent;
  }

  /// The share of the anchors' squared scores that latents reproduce, in `[0, 1]`: how much a
  /// higher rank could still add.
  public double explained() {
    return explained;
  }

  /// All latents as points, to be written to a collection with the metric DOT.
  ///
  /// @param ids of the items, in the order of the scores; those that a scorer knows them by
  public PointBatch points(List<PointId> ids) {
    return PointBatch.of(ids, rank, rows);
  }

  /// The anchors' scores, and the singular vectors on their side.
  private static final class Factors {
    private final float[][] scores;
    private final int items;
    private final EigenDecomposition_F64<DMatrixRMaj> eigen;
    private final List<Integer> largestFirst;
    private final double squares;

    Factors(float[][] scores, int items) {
      this.scores = scores;
      this.items = items;
      int anchors = scores.length;
      DMatrixRMaj products = new DMatrixRMaj(anchors, anchors);
      for (int from = 0; from < items; from += BLOCK_ITEMS) {
        DMatrixRMaj block = block(from);
        CommonOps_DDRM.multAddTransB(block, block, products);
      }
      CommonOps_DDRM.scale(1.0 / anchors, products);
      squares = CommonOps_DDRM.trace(products);
      eigen = DecompositionFactory_DDRM.eig(anchors, true, true);
      if (!eigen.decompose(products)) {
        throw new IllegalStateException(
            "the products of %d anchor queries have no eigenvectors".formatted(anchors));
      }
      largestFirst =
          IntStream.range(0, anchors)
              .boxed()
              .sorted((a, b) -> Double.compare(eigenvalue(b), eigenvalue(a)))
              .toList();
    }

    ItemLatents latents(int rank) {
      int anchors = scores.length;
      DMatrixRMaj axes = new DMatrixRMaj(rank, anchors);
      double kept = 0;
      for (int axis = 0; axis < rank; axis++) {
        int place = largestFirst.get(axis);
        kept += Math.max(0, eigenvalue(place));
        DMatrixRMaj vector = eigen.getEigenVector(place);
        for (int anchor = 0; anchor < anchors; anchor++) {
          axes.set(axis, anchor, vector.get(anchor) / Math.sqrt(anchors));
        }
      }
      float[] rows = new float[Math.multiplyExact(items, rank)];
      for (int from = 0; from < items; from += BLOCK_ITEMS) {
        DMatrixRMaj block = block(from);
        DMatrixRMaj latents = new DMatrixRMaj(rank, block.numCols);
        CommonOps_DDRM.mult(axes, block, latents);
        for (int axis = 0; axis < rank; axis++) {
          for (int i = 0; i < block.numCols; i++) {
            rows[(from + i) * rank + axis] = (float) latents.get(axis, i);
          }
        }
      }
      return new ItemLatents(rank, rows, squares == 0 ? 1 : Math.min(1, kept / squares));
    }

    private double eigenvalue(int place) {
      return eigen.getEigenvalue(place).getReal();
    }

    /// Some items' scores in doubles, an anchor a row.
    private DMatrixRMaj block(int from) {
      int width = Math.min(BLOCK_ITEMS, items - from);
      DMatrixRMaj block = new DMatrixRMaj(scores.length, width);
      for (int anchor = 0; anchor < scores.length; anchor++) {
        for (int i = 0; i < width; i++) {
          block.set(anchor, i, scores[anchor][from + i]);
        }
      }
      return block;
    }
  }
}
