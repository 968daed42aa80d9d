package dev.kith.bench.classify;

import dev.kith.bench.dataset.Dataset;
import dev.kith.client.ClassShare;
import dev.kith.client.Classification;
import dev.kith.client.ClassifyOptions;
import dev.kith.client.Filter.Value;
import dev.kith.client.KithCollection;
import dev.kith.client.Payload;
import dev.kith.client.SearchOptions;
import dev.kith.client.Temperature;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;

/// A data set in a server, whose payloads tell the classes of its rows: asks the server itself for
/// classes.
final class Served {
  private static final String FIELD = "label";

  private final KithCollection collection;
  private final Dataset dataset;
  private final Classes classes;
  private final int neighbors;
  private final Map<Value, Integer> numbers = new HashMap<>();

  Served(KithCollection collection, Dataset dataset, Classes classes, int neighbors) {
    this.collection = collection;
    this.dataset = dataset;
    this.classes = classes;
    this.neighbors = neighbors;
    for (int each = 0; each < classes.count(); each++) {
      numbers.put(Value.of(classes.names().get(each)), each);
    }
  }

  /// The payload of a row.
  static Payload payload(Classes classes, int row) {
    return Payload.of(
        JsonNodeFactory.instance
            .objectNode()
            .put(FIELD, classes.names().get(classes.base()[row]))
            .toString());
  }

  /// The neighbours of some queries.
  Neighborhoods neighborhoods(int[] queries, SearchOptions options) {
    return Neighborhoods.find(collection, dataset, classes, queries, options);
  }

  /// What the server makes of the neighbours of some queries, a distribution each.
  List<double[]> distributions(int[] queries, Temperature temperature, SearchOptions search) {
    List<double[]> distributions = new ArrayList<>();
    for (int from = 0; from < queries.length; from += Neighborhoods.CALL) {
      int to = Math.min(queries.length, from + Neighborhoods.CALL);
      List<float[]> vectors =
          IntStream.range(from, to).mapToObj(i -> dataset.queries().row(queries[i])).toList();
      for (Classification each :
          collection.ranking().classifyBatch(vectors, options(temperature, search))) {
        distributions.add(distribution(each));
      }
    }
    return distributions;
  }

  /// The same of one query, mixed with what a model holds likely.
  ///
  /// @param weight of the neighbours
  double[] distribution(
      int query, Temperature temperature, SearchOptions search, double[] prior, double weight) {
    List<ClassShare> held =
        IntStream.range(0, prior.length)
            .mapToObj(each -> new ClassShare(Value.of(classes.names().get(each)), prior[each]))
            .toList();
    return distribution(
        collection
            .ranking()
            .classify(
                dataset.queries().row(query),
                options(temperature, search).withPrior(held, weight)));
  }

  private ClassifyOptions options(Temperature temperature, SearchOptions search) {
    return ClassifyOptions.by(FIELD)
        .withNeighbors(neighbors)
        .withTemperature(temperature)
        .withMaxClasses(classes.count())
        .searching(search);
  }

  private double[] distribution(Classification classification) {
    double[] distribution = new double[classes.count()];
    for (ClassShare share : classification.classes()) {
      Integer number = numbers.get(share.value());
      if (number == null) {
        throw new IllegalStateException("the server returned a class never written: " + share);
      }
      distribution[number] = share.probability();
    }
    return distribution;
  }
}
