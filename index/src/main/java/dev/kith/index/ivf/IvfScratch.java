package dev.kith.index.ivf;

import dev.kith.index.TopK;
import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.ProductScorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.Widths;
import dev.kith.index.flat.CertifiedScan;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.flat.Rescorer;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.LookupTable;
import java.util.function.BooleanSupplier;

/// What one worker needs to search inverted files; reused, so that searching does not allocate. Not
/// thread-safe.
public final class IvfScratch {
  final F32Scorer scorer = new F32Scorer();
  final CodeScorer codeScorer = new CodeScorer();
  final ProductScorer productScorer = new ProductScorer();
  final FlatScan flatScan = new FlatScan();
  final CertifiedScan certified = new CertifiedScan();
  final Rescorer rescorer = new Rescorer();
  final ListOrder order = new ListOrder();
  final Once once = new Once();
  final TopK candidates = new TopK(1);
  final float[] estimates = new float[FastScan.BLOCK];
  BooleanSupplier stop = () -> false;

  /// At which widths the search compares prefixes.
  Widths widths = new Widths.Usual();

  /// Scores the rows of lists that are not read in blocks.
  Scorer bound = scorer;

  /// Of every list that grows: its rows when the search began.
  int[] listSizes = new int[0];

  int[] ordinals = new int[0];
  float[] scores = new float[0];
  float[] prepared = new float[0];
  LookupTable table = new LookupTable(4);

  /// Sets what a search polls between lists; once it is true it ends early.
  public void stopWhen(BooleanSupplier stop) {
    this.stop = stop;
  }

  void fitLists(int count) {
    if (listSizes.length < count) {
      listSizes = new int[count];
    }
  }

  void fitCandidates(int count) {
    if (ordinals.length < count) {
      ordinals = new int[count];
      scores = new float[count];
    }
  }

  /// Leaves a query in [#prepared].
  void prepare(ListCodes.Relative codes, QueryBuffer query) {
    if (prepared.length != codes.dimension()) {
      prepared = new float[codes.dimension()];
    }
    codes.prepare(query.space(), query.segment(), 0, prepared);
  }

  void fitTable(int lookups) {
    if (table.lookups() != lookups) {
      table = new LookupTable(lookups);
    }
  }
}
