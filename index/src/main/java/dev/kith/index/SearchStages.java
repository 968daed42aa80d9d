package dev.kith.index;

import java.util.ArrayList;
import java.util.List;

/// What the stages of a search did, one after another, if somebody wants to know. Owned by one
/// worker; not thread-safe.
public final class SearchStages {
  private final List<Stage> stages = new ArrayList<>();
  private boolean areKept;
  private long multiplyAdds;
  private long bytes;
  private long began;

  /// One stage.
  ///
  /// @param name `coarse` (centroids), `scan` (rows that are looked at), `walk` (of a graph),
  ///   `narrow` (at a further width) or `rescore` (by whole vectors)
  /// @param width coordinates that were compared; 0 of codes
  /// @param in vectors that were compared
  /// @param out those of them that the next stage has
  /// @param multiplyAdds products of coordinates, those that make prefixes of the query included
  /// @param bytes read of vectors or codes
  /// @param nanos time it took
  public record Stage(
      String name, int width, long in, long out, long multiplyAdds, long bytes, long nanos) {}

  /// Keeps stages from now on, or no longer; forgets those that were kept.
  public void keep(boolean keep) {
    areKept = keep;
    stages.clear();
  }

  /// The stages since [#keep], in order.
  public List<Stage> kept() {
    return List.copyOf(stages);
  }

  /// Begins the first stage of a segment.
  public void begin(SearchWork work) {
    if (areKept) {
      mark(work);
    }
  }

  /// Ends a stage and begins the next.
  ///
  /// @param work counts what is done since the search began
  public void end(String name, int width, long in, long out, SearchWork work) {
    if (areKept) {
      stages.add(
          new Stage(
              name,
              width,
              in,
              out,
              work.multiplyAdds - multiplyAdds,
              work.bytesScanned - bytes,
              System.nanoTime() - began));
      mark(work);
    }
  }

  private void mark(SearchWork work) {
    multiplyAdds = work.multiplyAdds;
    bytes = work.bytesScanned;
    began = System.nanoTime();
  }
}
