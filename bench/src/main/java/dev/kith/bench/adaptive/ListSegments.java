package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.run.TemporarySegment;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.Codec;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.store.Resource;
import java.io.IOException;

/// The rows of a data set in as many lists twice, both in memory: whole, and with prefixes. The
/// latter are learnt from prefixes where these hold nearly all of the distances (AdANNS-IVF), and
/// are the same as the former where they do not (AdANNS-IVF-D).
///
/// The whole rows beside prefixes stay in a mapped file, which having just been written is in the
/// page cache.
final class ListSegments implements Resource {
  private final TemporarySegment whole;
  private final TemporarySegment prefixes;

  private ListSegments(TemporarySegment whole, TemporarySegment prefixes) {
    this.whole = whole;
    this.prefixes = prefixes;
  }

  static ListSegments build(Dataset dataset, AdaptiveSettings settings) throws IOException {
    IvfParams lists = new IvfParams(settings.listsOf(dataset), settings.seed());
    try (GrowingSegment growing = BaseRows.grow(dataset)) {
      TemporarySegment whole = seal(growing, lists, new Codec.F32(), settings);
      try {
        return new ListSegments(
            whole, seal(growing, lists, settings.prefixesOf(dataset), settings));
      } catch (IOException | RuntimeException | Error failure) {
        whole.close();
        throw failure;
      }
    }
  }

  private static TemporarySegment seal(
      GrowingSegment growing, IvfParams lists, Codec codec, AdaptiveSettings settings)
      throws IOException {
    return TemporarySegment.sealAs(
        new IndexSpec.Ivf(lists, codec), growing, settings.threads(), Residence.IN_MEMORY);
  }

  /// Lists of whole rows; borrowed.
  SealedSegment whole() {
    return whole.segment();
  }

  /// Lists with prefixes of rows and centroids; borrowed.
  SealedSegment prefixes() {
    return prefixes.segment();
  }

  @Override
  public void close() {
    whole.close();
    prefixes.close();
  }
}
