package dev.kith.server.collection;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Makes points, batches and catalogs for tests, and searches exactly.
final class Points {
  static final int DIMENSION = 6;

  private Points() {}

  /// A point to write.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Point(PointId id, float[] vector, byte @Nullable [] payload) {}

  static EngineConfig config(Path folder) {
    return config(folder, Residence.MAPPED);
  }

  static EngineConfig config(Path folder, Residence residence) {
    return new EngineConfig(
        folder,
        1,
        OptionalLong.of(0),
        1_000_000,
        1L << 30,
        1 << 16,
        residence,
        EngineConfig.DEFAULT_MERGE_DEAD_SHARE,
        Optional.of(folder.resolve("attachable")),
        InstantSource.system());
  }

  static Catalog open(Path folder) throws IOException {
    return Catalog.open(config(folder));
  }

  static CollectionSpec spec(String name, Metric metric, int segmentPoints) {
    return spec(name, metric, segmentPoints, Layout.COMPACT);
  }

  static CollectionSpec spec(String name, Metric metric, int segmentPoints, Layout layout) {
    return new CollectionSpec(
        name,
        new VectorSpace(DIMENSION, metric),
        new IndexSpec.Hnsw(new HnswParams(8, 40, 7), layout),
        50,
        segmentPoints);
  }

  static PointId number(long value) {
    return new PointId.Number(value);
  }

  /// One of a few ids, of all kinds.
  static PointId randomId(Random random, int count) {
    int n = random.nextInt(count);
    return switch (n % 3) {
      case 0 -> new PointId.Number(n % 2 == 0 ? n : -n);
      case 1 -> new PointId.Uuid(new UUID(n, ~n));
      default -> new PointId.Text("id-" + n);
    };
  }

  static Point point(PointId id, Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextFloat(-1, 1);
    }
    byte[] payload =
        random.nextInt(3) == 0
            ? null
            : "{\"n\":%d}".formatted(random.nextInt()).getBytes(StandardCharsets.UTF_8);
    return new Point(id, vector, payload);
  }

  @SuppressWarnings("NullAway") // Does not read the nullness of array elements from class files.
  static UpsertBatch batch(List<Point> points) {
    byte[] matrix = new byte[points.size() * DIMENSION * Float.BYTES];
    List<PointId> ids = new ArrayList<>();
    List<byte @Nullable []> payloads = new ArrayList<>();
    ByteBuffer out = ByteBuffer.wrap(matrix).order(ByteOrder.LITTLE_ENDIAN);
    for (Point point : points) {
      ids.add(point.id());
      payloads.add(point.payload());
      for (float coordinate : point.vector()) {
        out.putFloat(coordinate);
      }
    }
    return new UpsertBatch(ids, MemorySegment.ofArray(matrix), payloads);
  }

  static byte[] bytes(float[] vector) {
    ByteBuffer out =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float coordinate : vector) {
      out.putFloat(coordinate);
    }
    return out.array();
  }

  static WriteAck upsert(Collection collection, List<Point> points) {
    return collection.upsert(batch(points), Durability.OS).join();
  }

  static List<Point> randomPoints(Random random, int from, int count) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(point(number(from + i), random));
    }
    return points;
  }

  /// The nearest points by an exact scan of all segments, best first.
  static List<StoredPoint> search(Collection collection, float[] query, int limit) {
    VectorSpace space = collection.info().spec().space();
    try (SearchSnapshot snapshot = collection.acquire();
        QueryBuffer buffer = new QueryBuffer(space)) {
      buffer.set(query);
      PlanRunner runner = new PlanRunner();
      runner.run(
          new SearchPlan(limit, new Probe.Exact()), buffer, snapshot.segments(), () -> false);
      long[] labels = new long[runner.size()];
      for (int rank = 0; rank < labels.length; rank++) {
        labels[rank] = snapshot.segments().get(runner.segment(rank)).label(runner.ordinal(rank));
      }
      List<StoredPoint> found = new ArrayList<>();
      for (StoredPoint point : snapshot.fetch(labels, true, true)) {
        if (point != null) {
          found.add(point);
        }
      }
      return found;
    }
  }
}
