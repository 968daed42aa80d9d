package dev.kith.bench.run;

import dev.kith.bench.dataset.Dataset;
import dev.kith.index.SearchWork;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import java.util.List;

/// One search worker over one segment in this process, as the server has them. Not thread-safe.
public final class SegmentSearcher implements Target.Searcher {
  private final Dataset dataset;
  private final List<SegmentReader> segments;
  private final SearchPlan plan;
  private final PlanRunner runner = new PlanRunner();
  private final QueryBuffer buffer;
  private final SearchWork work = new SearchWork();

  /// @param segment of the base rows, whose labels are their numbers; held open by the caller
  public SegmentSearcher(Dataset dataset, SegmentReader segment, SearchPlan plan) {
    this.dataset = dataset;
    this.segments = List.of(segment);
    this.plan = plan;
    this.buffer = new QueryBuffer(dataset.space());
  }

  @Override
  public int search(int query, int[] rows) {
    buffer.set(dataset.queries().data(), dataset.queries().offset(query));
    runner.run(plan, buffer, segments, () -> false);
    work.add(runner.work());
    for (int rank = 0; rank < runner.size(); rank++) {
      rows[rank] = (int) segments.getFirst().label(runner.ordinal(rank));
    }
    return runner.size();
  }

  /// The raw score of a hit of the last search.
  public float score(int rank) {
    return runner.score(rank);
  }

  @Override
  public long distanceComputations() {
    return work.distanceComputations;
  }

  /// Bytes of codes and vectors that all searches so far read.
  public long bytesScanned() {
    return work.bytesScanned;
  }

  /// Products of coordinates that all searches so far took: see [SearchWork#multiplyAdds].
  public long multiplyAdds() {
    return work.multiplyAdds;
  }

  @Override
  public void close() {
    buffer.close();
  }
}
