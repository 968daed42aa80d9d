package dev.kith.client.cli;

import dev.kith.client.CollectionSpec;
import dev.kith.client.Durability;
import dev.kith.client.Ingest;
import dev.kith.client.IngestOptions;
import dev.kith.client.IngestTotals;
import dev.kith.client.KithClient;
import dev.kith.client.Metric;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.PointRejection;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith import`
@Command(
    name = "import",
    description = {
      "Load files of vectors of any size. If it is interrupted, the same command goes on where it"
          + " stopped; status 1 if points were rejected.",
      "Files: " + VectorFile.FORMATS + "."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kith import base.npy --collection glove --create --metric cosine",
      "  kith import words.jsonl --collection words",
      "A line of .jsonl: {\"id\": 7, \"vector\": [0.1, 0.2], \"payload\": {\"any\": \"object\"}}"
    })
final class ImportCommand implements Callable<Integer> {
  private static final int MAX_REJECTIONS_SHOWN = 10;

  /// Part of what a resumed load must repeat exactly; see [Ingest].
  private static final int BATCH_POINTS = 1_000;

  private static final int BATCH_BYTES = 2 << 20;

  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "What to load.")
  private List<Path> files = List.of();

  @Option(
      names = "--id-offset",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Files without ids: the id of the first row (default 0); rows count on from it.")
  private long idOffset;

  @Option(
      names = "--dataset",
      defaultValue = "train",
      description = "Data set of an .hdf5 file (default train).")
  private String dataset = "train";

  @Option(
      names = "--durability",
      defaultValue = "disk",
      description = "What a batch must survive: memory, os or disk (default disk).")
  private Durability durability = Durability.DISK;

  @Option(names = "--create", description = "Create the collection if it does not exist.")
  private boolean create;

  @Option(
      names = "--metric",
      defaultValue = "cosine",
      description = "With --create: cosine, dot or euclidean (default cosine).")
  private Metric metric = Metric.COSINE;

  private final Console console;
  private final AtomicLong rejections = new AtomicLong();

  ImportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    ArrayNode perFile = Json.array();
    List<IngestTotals> totals = new ArrayList<>();
    long firstId = idOffset;
    try (KithClient client = common.connect()) {
      for (Path path : files) {
        try (VectorFile file = VectorFile.open(path, dataset)) {
          createCollection(client, file.dimension());
          String session = ImportSession.name(collection.get(), path, dataset + "@" + firstId);
          IngestTotals total = load(client, file, firstId, session);
          firstId += file.position();
          totals.add(total);
          perFile.add(
              Json.object()
                  .put("file", path.toString())
                  .put("session", session)
                  .put("written", total.written())
                  .put("rejected", total.rejected())
                  .put("skipped", total.skipped()));
        }
      }
    }
    report(totals, perFile, (System.nanoTime() - start) / 1e9);
    return rejections.get() == 0 ? 0 : 1;
  }

  private void createCollection(KithClient client, int dimension) {
    boolean exists =
        !create || client.list().stream().anyMatch(one -> one.name().equals(collection.get()));
    if (!exists) {
      client.create(CollectionSpec.of(collection.get(), dimension, metric));
    }
  }

  private IngestTotals load(KithClient client, VectorFile file, long firstId, String session)
      throws IOException {
    IngestOptions options =
        IngestOptions.session(session)
            .withDurability(durability)
            .withBatches(BATCH_POINTS, BATCH_BYTES)
            .onRejected(this::show);
    long total = file.count().orElse(-1);
    boolean ended = false;
    try (Ingest ingest = client.collection(collection.get()).ingest(options);
        Progress bar = new Progress()) {
      if (ingest.durableBatches() > 0) {
        console.err().printf("kith: going on with %s (%s)%n", file.path(), session);
      }
      @Nullable RowBatch rows = file.next(BATCH_POINTS);
      while (rows != null) {
        ingest.add(points(rows, firstId));
        bar.at(String.valueOf(file.path().getFileName()), file.position(), total);
        rows = file.next(BATCH_POINTS);
      }
      IngestTotals totals = ingest.finish();
      ended = true;
      return totals;
    } finally {
      if (!ended) {
        console
            .err()
            .printf(
                "kith: stopped at row %d of %s; the same command goes on there (%s)%n",
                file.position(), file.path(), session);
      }
    }
  }

  private static PointBatch points(RowBatch rows, long firstId) {
    List<PointId> ids = rows.ids().orElse(null);
    if (ids == null) {
      ids = new ArrayList<>(rows.rows());
      for (int i = 0; i < rows.rows(); i++) {
        ids.add(PointId.of(firstId + rows.firstRow() + i));
      }
    }
    return PointBatch.of(ids, rows.dimension(), rows.vectors(), rows.payloads().orElse(null));
  }

  private void show(PointRejection rejection) {
    if (rejections.incrementAndGet() <= MAX_REJECTIONS_SHOWN) {
      console.err().printf("kith: point %s: %s%n", rejection.id(), rejection.problem());
    }
  }

  private void report(List<IngestTotals> totals, ArrayNode perFile, double seconds) {
    long written = totals.stream().mapToLong(IngestTotals::written).sum();
    long rejected = totals.stream().mapToLong(IngestTotals::rejected).sum();
    long skipped = totals.stream().mapToLong(IngestTotals::skipped).sum();
    if (common.json()) {
      ObjectNode object =
          Json.object()
              .put("collection", collection.get())
              .put("written", written)
              .put("rejected", rejected)
              .put("skipped", skipped)
              .put("seconds", seconds)
              .put("points_per_second", written / seconds);
      object.set("files", perFile);
      console.json(object);
    } else {
      console
          .out()
          .printf(
              Locale.ROOT,
              "wrote %d points to %s in %.1f s (%.0f a second)%s%s%n",
              written,
              collection.get(),
              seconds,
              written / seconds,
              skipped == 0 ? "" : ", %d were there already".formatted(skipped),
              rejected == 0 ? "" : ", %d were rejected".formatted(rejected));
    }
  }
}
