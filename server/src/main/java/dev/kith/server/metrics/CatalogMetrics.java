package dev.kith.server.metrics;

import dev.kith.server.collection.Catalog;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.CollectionStats;
import dev.kith.server.refusal.RefusedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the collections hold and cost, read at every scrape.
public final class CatalogMetrics {

  /// Collections that have series of their own; every series costs the scraper, so there is an end.
  private static final int MAX_COLLECTIONS = 200;

  /// Figures of RocksDB worth a series, by its own names.
  private static final Map<String, String> STORE_FIGURES =
      Map.of(
          "background-errors", "Errors of flushes and compactions",
          "is-write-stopped", "1 while RocksDB takes no writes",
          "cur-size-all-mem-tables", "Bytes of memtables",
          "total-sst-files-size", "Bytes of table files",
          "total-blob-file-size", "Bytes of blob files",
          "block-cache-usage", "Bytes in the block cache",
          "estimate-pending-compaction-bytes", "Bytes that compactions have before them",
          "num-running-compactions", "Compactions running",
          "num-running-flushes", "Flushes running");

  private static final Logger LOG = LoggerFactory.getLogger(CatalogMetrics.class);

  private final Catalog catalog;

  private CatalogMetrics(Catalog catalog) {
    this.catalog = catalog;
  }

  /// Shows the collections of a catalog.
  public static void bind(Catalog catalog, ServerMetrics metrics) {
    CatalogMetrics each = new CatalogMetrics(catalog);
    metrics.gauge(
        "kith.collections", "Collections", () -> catalog.list("", Integer.MAX_VALUE).size());
    metrics.gauge("kith.lsn", "LSN of the last write", catalog::lsn);
    metrics.gauge(
        "kith.store.fenced",
        "1 if the store takes no writes until it is reopened",
        () -> catalog.fence().isPresent() ? 1 : 0);
    bindMerges(catalog, metrics);
    STORE_FIGURES.forEach(
        (name, description) ->
            metrics.gauge(
                "kith.rocksdb." + name.replace('-', '.'),
                description,
                () -> catalog.storeProperty("rocksdb." + name)));
    each.show(metrics, "kith.points", "Live points", CollectionStats::points);
    each.show(
        metrics,
        "kith.tail.points",
        "Points waiting to be linked, searched exactly until then",
        CollectionStats::unlinked);
    each.show(metrics, "kith.dead.rows", "Superseded or deleted rows", CollectionStats::deadRows);
    each.show(
        metrics,
        "kith.outdated.points",
        "Points in segments of another index policy, waiting to be rebuilt",
        CollectionStats::outdated);
    each.show(metrics, "kith.segments", "Segments", stats -> stats.segments().size());
    each.show(
        metrics,
        "kith.segments.memory.bytes",
        "Memory of segments that are not sealed, and of sealed ones copied to memory",
        CollectionStats::memoryBytes);
    each.show(
        metrics,
        "kith.segments.file.bytes",
        "Size of the sealed segments' files",
        CollectionStats::fileBytes);
    each.show(
        metrics,
        "kith.segments.rebuilt",
        "Segment files found damaged or missing, and rebuilt",
        CollectionStats::rebuiltSegments);
  }

  private static void bindMerges(Catalog catalog, ServerMetrics metrics) {
    metrics.gauge(
        "kith.merges.running",
        "Merges of sealed segments under way",
        () -> catalog.mergeStats().running());
    metrics.gauge(
        "kith.merges.finished", "Merges finished since start", () -> catalog.mergeStats().merges());
    metrics.gauge(
        "kith.merges.failed",
        "Merges that failed since start, most to be tried again",
        () -> catalog.mergeStats().failures());
    metrics.gauge(
        "kith.merges.rows", "Live rows written by merges", () -> catalog.mergeStats().rows());
    metrics.gauge(
        "kith.merges.removed.rows",
        "Dead rows that merges left out",
        () -> catalog.mergeStats().removedRows());
    metrics.gauge(
        "kith.merges.seconds",
        "Time that finished merges took",
        () -> catalog.mergeStats().seconds());
  }

  private void show(
      ServerMetrics metrics,
      String name,
      String description,
      ToDoubleFunction<CollectionStats> figure) {
    metrics.gauges(name, description, "collection", () -> read(figure));
  }

  private Map<String, Double> read(ToDoubleFunction<CollectionStats> figure) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (Collection collection : catalog.list("", MAX_COLLECTIONS)) {
      try {
        values.put(collection.info().spec().name(), figure.applyAsDouble(collection.stats()));
      } catch (RefusedException gone) {
        LOG.debug("a collection went while it was measured: {}", gone.refusal().message());
      }
    }
    return values;
  }
}
