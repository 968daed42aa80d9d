package dev.kith.index.flat;

import dev.kith.index.TopK;
import dev.kith.index.codec.CodeScorer;
import java.util.function.BooleanSupplier;

/// What one worker needs for a [CodedScan]; reused, so that searching does not allocate. Not
/// thread-safe.
public final class CodedScanScratch {
  final CodeScorer estimates = new CodeScorer();
  final ExactScan exact = new ExactScan();
  final Rescorer rescorer = new Rescorer();
  final FlatScan scan = new FlatScan();
  final TopK candidates = new TopK(1);
  BooleanSupplier stop = () -> false;

  /// Sets what a scan polls between blocks of rows; once it is true it ends early.
  public void stopWhen(BooleanSupplier stop) {
    this.stop = stop;
  }
}
