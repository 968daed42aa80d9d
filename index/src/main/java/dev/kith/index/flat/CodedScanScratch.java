package dev.kith.index.flat;

import dev.kith.index.TopK;
import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.F32Scorer;
import java.util.function.BooleanSupplier;

/// What one worker needs for a [CodedScan]; reused, so that searching does not allocate. Not
/// thread-safe.
public final class CodedScanScratch {
  final CodeScorer estimates = new CodeScorer();
  final F32Scorer exact = new F32Scorer();
  final FlatScan scan = new FlatScan();
  final TopK candidates = new TopK(1);
  BooleanSupplier stop = () -> false;
  int[] ordinals = new int[0];
  float[] scores = new float[0];

  /// Sets what a scan polls between blocks of rows; once it is true it ends early.
  public void stopWhen(BooleanSupplier stop) {
    this.stop = stop;
  }

  void fit(int count) {
    if (ordinals.length < count) {
      ordinals = new int[count];
      scores = new float[count];
    }
  }
}
