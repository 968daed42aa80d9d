package dev.kith.bench.scorer;

import dev.kith.client.CollectionSpec;
import dev.kith.client.IndexSpec;
import dev.kith.client.ItemLatents;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.Metric;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// A world's items in a server: a collection of the vectors of each encoder, and one of latents of
/// each rank. A point's id is its place among the items; nothing but scans finds them, so that what
/// is measured is what calls of the scorer bring.
///
/// Deletes its collections when it closes; the client is not its own.
final class Shelf implements AutoCloseable {
  private final KithClient client;
  private final World world;
  private final List<PointId> ids;
  private final Encoded<KithCollection> encoded;
  private final SortedMap<Integer, KithCollection> latents = new TreeMap<>();

  Shelf(KithClient client, World world) {
    this.client = client;
    this.world = world;
    this.ids =
        IntStream.range(0, world.anchors()[0].length).mapToObj(item -> PointId.of(item)).toList();
    this.encoded =
        new Encoded<>(
            load("words", world.encoded().words()), load("dataset", world.encoded().dataset()));
  }

  private KithCollection load(String encoder, List<float[]> vectors) {
    int dimension = vectors.getFirst().length;
    float[] rows = new float[vectors.size() * dimension];
    for (int item = 0; item < vectors.size(); item++) {
      System.arraycopy(vectors.get(item), 0, rows, item * dimension, dimension);
    }
    return load("encoded-" + encoder, Metric.COSINE, PointBatch.of(ids, dimension, rows));
  }

  private KithCollection load(String name, Metric metric, PointBatch points) {
    KithCollection collection =
        client.create(
            CollectionSpec.of(name, points.dimension(), metric).withIndex(IndexSpec.flat()));
    collection.upsert(points);
    return collection;
  }

  World world() {
    return world;
  }

  List<PointId> ids() {
    return ids;
  }

  KithCollection encoded(Encoder encoder) {
    return encoded.by(encoder);
  }

  /// Latents of a rank, made when they are first asked for.
  KithCollection latents(int rank) {
    return latents.computeIfAbsent(
        rank,
        each ->
            load("latents-" + each, Metric.DOT, ItemLatents.of(world.anchors(), each).points(ids)));
  }

  @Override
  public void close() {
    client.delete(encoded.words().name());
    client.delete(encoded.dataset().name());
    latents.values().forEach(each -> client.delete(each.name()));
  }
}
