package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.run.BaseRows;
import dev.kith.bench.run.TemporarySegment;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.ListLearning;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.Codec;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.store.Resource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The rows of a data set in as many lists four times, all in memory: whole; and with prefixes in
/// lists that the engine learns from what suits, from prefixes (AdANNS-IVF) and from whole vectors
/// (AdANNS-IVF-D).
///
/// The whole rows beside prefixes stay in a mapped file, which having just been written is in the
/// page cache.
final class ListSegments implements Resource {
  private final List<TemporarySegment> segments = new ArrayList<>();

  private ListSegments() {}

  static ListSegments build(Dataset dataset, AdaptiveSettings settings) throws IOException {
    IvfParams lists = new IvfParams(settings.listsOf(dataset), settings.seed());
    IndexSpec.Ivf whole = new IndexSpec.Ivf(lists, new Codec.F32());
    IndexSpec.Ivf prefixes = new IndexSpec.Ivf(lists, settings.prefixesOf(dataset));
    ListSegments all = new ListSegments();
    try (GrowingSegment growing = BaseRows.grow(dataset, new IndexSpec.Flat())) {
      all.add(growing, whole, new ListLearning.AsSuits(), settings);
      all.add(growing, prefixes, new ListLearning.AsSuits(), settings);
      all.add(growing, prefixes, new ListLearning.Prefixes(settings.listDims()), settings);
      all.add(growing, prefixes, new ListLearning.Whole(), settings);
      return all;
    } catch (IOException | RuntimeException | Error failure) {
      all.close();
      throw failure;
    }
  }

  private void add(
      GrowingSegment growing, IndexSpec.Ivf index, ListLearning learning, AdaptiveSettings settings)
      throws IOException {
    segments.add(
        TemporarySegment.sealLists(
            index, learning, growing, settings.threads(), Residence.IN_MEMORY));
  }

  /// Lists of whole rows; borrowed.
  SealedSegment whole() {
    return segments.getFirst().segment();
  }

  /// Lists with prefixes of rows and centroids, as the engine makes them; borrowed.
  SealedSegment prefixes() {
    return segments.get(1).segment();
  }

  /// The same, learnt from prefixes; borrowed.
  SealedSegment ofPrefixes() {
    return segments.get(2).segment();
  }

  /// The same, learnt from whole vectors; borrowed.
  SealedSegment ofWhole() {
    return segments.get(3).segment();
  }

  /// Whether the engine learns lists from prefixes by itself.
  boolean isLearntFromPrefixes() {
    return !prefixes().listStats().equals(ofWhole().listStats());
  }

  @Override
  public void close() {
    segments.forEach(TemporarySegment::close);
  }
}
