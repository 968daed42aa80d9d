package dev.kith.bench.run;

import dev.kith.bench.dataset.Dataset;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;

/// The base vectors of a data set as a segment to seal indexes from.
public final class BaseRows {

  private BaseRows() {}

  /// Copies all of them; their labels are their numbers.
  ///
  /// @param index that the segment is for; a graph has no links yet
  public static GrowingSegment grow(Dataset dataset, IndexSpec index) {
    int rows = dataset.base().rows();
    GrowingSegment growing = GrowingSegment.create(dataset.space(), index, rows);
    for (int row = 0; row < rows; row++) {
      growing.append(row, dataset.base().data(), dataset.base().offset(row));
    }
    growing.publish();
    return growing;
  }
}
