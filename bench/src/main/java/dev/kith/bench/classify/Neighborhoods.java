package dev.kith.bench.classify;

import dev.kith.bench.dataset.Dataset;
import dev.kith.client.Hit;
import dev.kith.client.KithCollection;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import dev.kith.client.Temperature;
import dev.kith.index.rank.Softmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The neighbours of some queries, as a server finds them.
///
/// @param queries numbers of queries
/// @param rows of the neighbours, best first
/// @param scores of the neighbours
/// @param classes numbers of the classes of all rows and queries
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Neighborhoods(int[] queries, int[][] rows, float[][] scores, Classes classes) {

  /// Queries of a call: their answers are a few megabytes.
  static final int CALL = 100;

  /// Finds them.
  static Neighborhoods find(
      KithCollection collection,
      Dataset dataset,
      Classes classes,
      int[] queries,
      SearchOptions options) {
    int[][] rows = new int[queries.length][];
    float[][] scores = new float[queries.length][];
    for (int from = 0; from < queries.length; from += CALL) {
      int to = Math.min(queries.length, from + CALL);
      List<float[]> vectors =
          IntStream.range(from, to).mapToObj(i -> dataset.queries().row(queries[i])).toList();
      List<SearchResult> results = collection.searchBatch(vectors, options.returning(false, false));
      for (int i = from; i < to; i++) {
        List<Hit> hits = results.get(i - from).hits();
        rows[i] = hits.stream().mapToInt(hit -> row(hit.id())).toArray();
        scores[i] = new float[hits.size()];
        for (int rank = 0; rank < hits.size(); rank++) {
          scores[i][rank] = hits.get(rank).score();
        }
      }
    }
    return new Neighborhoods(queries, rows, scores, classes);
  }

  private static int row(PointId id) {
    if (id instanceof PointId.Number(long row)) {
      return Math.toIntExact(row);
    }
    throw new IllegalStateException("the server returned an id never written: " + id);
  }

  /// Those of some of the queries.
  ///
  /// @param from place of the first of them
  /// @param to place after the last
  Neighborhoods part(int from, int to) {
    return new Neighborhoods(
        Arrays.copyOfRange(queries, from, to),
        Arrays.copyOfRange(rows, from, to),
        Arrays.copyOfRange(scores, from, to),
        classes);
  }

  /// Classes of the queries.
  int[] truth() {
    return IntStream.of(queries).map(query -> classes.queries()[query]).toArray();
  }

  /// What neighbours say at a temperature, a query each.
  List<double[]> distributions(Temperature temperature) {
    List<double[]> distributions = new ArrayList<>();
    for (int i = 0; i < queries.length; i++) {
      float[] shares = new float[scores[i].length];
      int count = shares.length;
      Softmax.of(scores[i], count, value(temperature, scores[i], shares), shares);
      double[] distribution = new double[classes.count()];
      for (int rank = 0; rank < count; rank++) {
        distribution[classes.base()[rows[i][rank]]] += shares[rank];
      }
      distributions.add(distribution);
    }
    return distributions;
  }

  private static double value(Temperature temperature, float[] scores, float[] room) {
    return switch (temperature) {
      case Temperature.Fixed(double value) -> value;
      case Temperature.Perplexity(double target) ->
          Softmax.temperature(scores, scores.length, Math.min(target, scores.length), room);
      case Temperature.Rho _, Temperature.Usual _ ->
          throw new IllegalArgumentException("not measured: " + temperature);
    };
  }

  /// How good they are at a temperature.
  Quality at(Temperature temperature) {
    return Quality.of(distributions(temperature), truth());
  }

  /// The share of other neighbours that are among these, on average.
  double recall(Neighborhoods exact) {
    double sum = 0;
    for (int i = 0; i < queries.length; i++) {
      int[] found = rows[i].clone();
      Arrays.sort(found);
      long right =
          IntStream.of(exact.rows[i]).filter(row -> Arrays.binarySearch(found, row) >= 0).count();
      sum += right / (double) exact.rows[i].length;
    }
    return sum / queries.length;
  }

  /// Half of how far the scores of the nearest and the farthest neighbour are apart, in the middle
  /// of all queries: what temperatures are compared with.
  double spread() {
    double[] apart =
        Arrays.stream(scores)
            .mapToDouble(list -> (double) list[0] - list[list.length - 1])
            .sorted()
            .toArray();
    return Math.max(Float.MIN_NORMAL, apart[apart.length / 2] / 2);
  }
}
