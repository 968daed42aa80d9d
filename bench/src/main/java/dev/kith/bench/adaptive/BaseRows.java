package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;

/// The base vectors of a data set as a segment to seal indexes from.
final class BaseRows {

  private BaseRows() {}

  /// Copies all of them; their labels are their numbers.
  static GrowingSegment grow(Dataset dataset) {
    int rows = dataset.base().rows();
    GrowingSegment growing = GrowingSegment.create(dataset.space(), new IndexSpec.Flat(), rows);
    for (int row = 0; row < rows; row++) {
      growing.append(row, dataset.base().data(), dataset.base().offset(row));
    }
    growing.publish();
    return growing;
  }
}
