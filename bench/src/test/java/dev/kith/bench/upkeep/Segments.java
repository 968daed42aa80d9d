package dev.kith.bench.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealProgress;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.build.SegmentMerge;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;

/// Makes segments of vectors, on one thread, and says what they find and what they cost.
final class Segments {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Shuffled vectors;
  private final IndexSpec index;
  private final Path folder;
  private final HnswScratch scratch = new HnswScratch();
  private int files;

  /// @param folder takes the files
  Segments(Shuffled vectors, IndexSpec index, Path folder) {
    this.vectors = vectors;
    this.index = index;
    this.folder = folder;
  }

  /// CPU time of the calling thread in seconds.
  static double cpuSeconds() {
    return THREADS.getCurrentThreadCpuTime() / 1e9;
  }

  /// An empty segment.
  GrowingSegment growing(int capacity) {
    return GrowingSegment.create(vectors.space(), index, capacity);
  }

  /// Links what was appended.
  void link(GrowingSegment segment) {
    segment.publish();
    boolean more = true;
    while (more) {
      more = segment.linkNext(scratch);
    }
  }

  /// A sealed segment of the vectors at `[from, to)` that are alive.
  SealedSegment sealed(int from, int to, IntPredicate alive) throws IOException {
    try (GrowingSegment growing = growing(Math.max(1, to - from))) {
      for (int position = from; position < to; position++) {
        if (alive.test(position)) {
          vectors.append(growing, position);
        }
      }
      link(growing);
      return seal(growing);
    }
  }

  /// Writes a linked segment to a file and opens that.
  SealedSegment seal(GrowingSegment growing) throws IOException {
    Path file = folder.resolve("segment-" + files++);
    growing.seal(file, 1, 1, SealProgress.IGNORED);
    return SealedSegment.open(file, vectors.space());
  }

  /// One segment of the live rows of several.
  SealedSegment merged(List<SealedSegment> inputs) throws IOException {
    Path file = folder.resolve("segment-" + files++);
    try (SegmentMerge merge = SegmentMerge.start(index, inputs, SealProgress.IGNORED)) {
      while (merge.linked() < merge.rows()) {
        assertTrue(merge.linkNext(scratch));
      }
      merge.write(file, 1, 1, SealProgress.IGNORED);
    }
    SealedSegment merged = SealedSegment.open(file, vectors.space());
    assertEquals(List.of(), merged.verify());
    return merged;
  }

  /// The labels that an exact search of a segment finds for every query.
  ///
  /// @param wanted which labels may be found
  long[][] truth(SegmentReader segment, int k, LongPredicate wanted) {
    return searchAll(segment, new SearchPlan(k, new Probe.Exact()), wanted);
  }

  /// The share of the truth that a beam finds.
  double recall(SegmentReader segment, int ef, long[][] truth, LongPredicate wanted) {
    int k = truth[0].length;
    long[][] found = searchAll(segment, new SearchPlan(k, new Probe.Beam(ef)), wanted);
    long hits = 0;
    for (int query = 0; query < truth.length; query++) {
      Set<Long> labels = new HashSet<>();
      Arrays.stream(found[query]).forEach(labels::add);
      hits += Arrays.stream(truth[query]).filter(labels::contains).count();
    }
    return hits / ((double) k * truth.length);
  }

  private long[][] searchAll(SegmentReader segment, SearchPlan plan, LongPredicate wanted) {
    long[][] found = new long[vectors.queries().rows()][];
    SearchScratch searchScratch = new SearchScratch();
    try (QueryBuffer buffer = new QueryBuffer(vectors.space())) {
      for (int query = 0; query < found.length; query++) {
        buffer.set(vectors.queries().row(query));
        found[query] = search(segment, buffer, plan, wanted, searchScratch);
      }
    }
    return found;
  }

  /// Labels of the hits, best first.
  static long[] search(
      SegmentReader segment,
      QueryBuffer query,
      SearchPlan plan,
      LongPredicate wanted,
      SearchScratch searchScratch) {
    OrdinalFilter returned =
        ordinal -> !segment.tombstones().isDead(ordinal) && wanted.test(segment.label(ordinal));
    TopK hits = new TopK(plan.limit());
    segment.probe(plan, query, returned, hits, searchScratch);
    int[] ordinals = new int[hits.size()];
    hits.drainTo(ordinals, new float[ordinals.length]);
    return Arrays.stream(ordinals).mapToLong(segment::label).toArray();
  }
}
