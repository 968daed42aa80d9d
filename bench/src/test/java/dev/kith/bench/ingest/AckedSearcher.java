package dev.kith.bench.ingest;

import dev.kith.client.Hit;
import dev.kith.client.KithCollection;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.HdrHistogram.Histogram;

/// Looks, one search after another, for points that are acknowledged, each by its own vector. Every
/// other one is among the newest, which the graph cannot have linked yet.
final class AckedSearcher implements Runnable {
  static final int LIMIT = 10;

  private static final int NEWEST = 1_000;
  private static final int FAULTS_TOLD = 20;

  private final KithCollection collection;
  private final Material material;
  private final IntSupplier acknowledged;
  private final SplittableRandom random;
  private final Histogram micros = new Histogram(3);
  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
  private volatile int exactRetries;

  /// @param acknowledged says how many points, from the first on, are acknowledged
  AckedSearcher(KithCollection collection, Material material, IntSupplier acknowledged, long seed) {
    this.collection = collection;
    this.material = material;
    this.acknowledged = acknowledged;
    this.random = new SplittableRandom(seed);
  }

  /// Makes one search; does nothing before the first acknowledgement.
  @Override
  public void run() {
    int known = acknowledged.getAsInt();
    if (known == 0) {
      return;
    }
    int from = random.nextBoolean() ? Math.max(0, known - NEWEST) : 0;
    try {
      look(random.nextInt(from, known), known);
    } catch (RuntimeException failure) {
      accuse("a search failed with %d points acknowledged: %s".formatted(known, failure));
    }
  }

  // Only the thread that searches counts.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void look(int ordinal, int known) {
    float[] vector = material.base().row(ordinal);
    long begin = System.nanoTime();
    SearchResult found = collection.search(vector, SearchOptions.top(LIMIT));
    micros.recordValue((System.nanoTime() - begin) / 1_000);
    if (found.hits().size() < Math.min(LIMIT, known)) {
      accuse(
          "%d hits with %d points acknowledged, expected %d"
              .formatted(found.hits().size(), known, Math.min(LIMIT, known)));
    }
    if (!isAmong(ordinal, found.hits())) {
      exactRetries++;
      SearchResult exact = collection.search(vector, SearchOptions.top(LIMIT).exactly());
      if (!isAmong(ordinal, exact.hits())) {
        accuse(
            "point %d is acknowledged (of %d) and in no exact search by its own vector: %s"
                .formatted(ordinal, known, exact.hits()));
      }
    }
  }

  /// Whether the point is among the hits; every hit's payload is checked.
  private boolean isAmong(int ordinal, List<Hit> hits) {
    PointId wanted = PointId.of(ordinal);
    boolean found = false;
    for (Hit hit : hits) {
      found |= hit.id().equals(wanted);
      if (!(hit.id() instanceof PointId.Number number)
          || !Objects.equals(hit.payload(), Material.payload((int) number.value()))) {
        accuse("point %s came with the payload %s".formatted(hit.id(), hit.payload()));
      }
    }
    return found;
  }

  private void accuse(String what) {
    if (faults.size() < FAULTS_TOLD) {
      faults.add(what);
    }
  }

  /// What was wrong, at most 20 sentences; empty if every search gave what it had to.
  List<String> faults() {
    return List.copyOf(faults);
  }

  /// Searches that needed an exact scan to find their point.
  int exactRetries() {
    return exactRetries;
  }

  /// Times of the searches; to be read when no search runs any more.
  Histogram micros() {
    return micros;
  }
}
