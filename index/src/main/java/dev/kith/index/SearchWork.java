package dev.kith.index;

/// Counts what a search did. Owned by one worker; not thread-safe.
///
/// The counters are fields because the loops that raise them run once per candidate.
public final class SearchWork {

  /// Pairs of vectors compared.
  public long distanceComputations;

  /// Graph nodes whose neighbours were looked at.
  public long nodesVisited;

  /// Bytes of vectors read to compare them.
  public long bytesScanned;

  /// Products of coordinates summed up: of floats, in comparisons and to make prefixes of queries.
  /// What codes are compared by is not counted.
  public long multiplyAdds;

  /// The stages, if they are kept.
  public final SearchStages stages = new SearchStages();

  /// Starts counting from zero.
  public void reset() {
    distanceComputations = 0;
    nodesVisited = 0;
    bytesScanned = 0;
    multiplyAdds = 0;
  }

  /// Adds the counts of `other` to these.
  public void add(SearchWork other) {
    distanceComputations += other.distanceComputations;
    nodesVisited += other.nodesVisited;
    bytesScanned += other.bytesScanned;
    multiplyAdds += other.multiplyAdds;
  }

  @Override
  public String toString() {
    return "%d distances, %d nodes, %d bytes"
        .formatted(distanceComputations, nodesVisited, bytesScanned);
  }
}
