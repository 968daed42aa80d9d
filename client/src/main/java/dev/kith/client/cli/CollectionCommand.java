package dev.kith.client.cli;

import dev.kith.client.Codec;
import dev.kith.client.CollectionInfo;
import dev.kith.client.CollectionSpec;
import dev.kith.client.CollectionUpdate;
import dev.kith.client.IndexSpec;
import dev.kith.client.KithClient;
import dev.kith.client.Metric;
import dev.kith.client.Prefixes;
import dev.kith.client.VerifyReport;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `kith collection ...`
@Command(
    name = "collection",
    description = "Make, attach, list, describe, change, delete, optimize and verify collections.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CollectionCommand.Create.class,
      AttachCommand.class,
      CollectionCommand.ListAll.class,
      DescribeCommand.class,
      CollectionCommand.Update.class,
      CollectionCommand.Delete.class,
      OptimizeCommand.class,
      CollectionCommand.Verify.class
    })
final class CollectionCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /// What all of them share.
  abstract static class OnOne implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The collection.")
    String name = "";

    @Mixin Common common = new Common();

    final Console console;

    OnOne(Console console) {
      this.console = console;
    }

    void print(CollectionInfo info) {
      if (common.json()) {
        console.json(Json.collection(info));
      } else {
        printTable(console, List.of(info));
      }
    }
  }

  private static void printTable(Console console, List<CollectionInfo> collections) {
    console.table(
        List.of("NAME", "DIMENSION", "METRIC", "INDEX", "POINTS", "CREATED"),
        collections.stream()
            .map(
                info ->
                    List.of(
                        info.name(),
                        String.valueOf(info.spec().dimension()),
                        info.spec().metric().name().toLowerCase(Locale.ROOT),
                        index(info.spec().index())
                            + codec(info.spec().codec(), info.spec().codecBits())
                            + prefixes(info.spec().prefixes())
                            + (info.spec().deferIndexing() ? ", deferred" : ""),
                        String.valueOf(info.points()),
                        info.created().toString()))
            .toList());
  }

  static String index(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat _ -> "flat";
      case IndexSpec.Auto auto ->
          "auto"
              + (auto.memoryBytesPerVector().isPresent()
                  ? " memory=" + auto.memoryBytesPerVector().getAsInt()
                  : "");
      case IndexSpec.Ivf ivf ->
          "ivf"
              + (ivf.lists().isPresent() ? " lists=" + ivf.lists().getAsInt() : "")
              + (ivf.spill() ? " spill" : "");
      case IndexSpec.Hnsw hnsw ->
          "hnsw"
              + (hnsw.m().isPresent() ? " m=" + hnsw.m().getAsInt() : "")
              + (hnsw.efConstruction().isPresent()
                  ? " ef_construction=" + hnsw.efConstruction().getAsInt()
                  : "")
              + hnsw.layout().map(layout -> " layout=" + Json.name(layout)).orElse("");
    };
  }

  /// Says of codes alone: floats are what is expected.
  static String codec(Optional<Codec> codec, OptionalInt codecBits) {
    String bits = codecBits.isPresent() ? " codec_bits=" + codecBits.getAsInt() : "";
    return codec
        .filter(other -> other != Codec.F32)
        .map(other -> " codec=" + Json.name(other) + bits)
        .orElse("");
  }

  /// Says of prefixes if there are any.
  static String prefixes(Prefixes prefixes) {
    List<Integer> widths = prefixes.widths();
    String text =
        widths.stream().map(String::valueOf).collect(Collectors.joining(",", " prefixes=", ""));
    return (widths.isEmpty() ? "" : text)
        + prefixes.basis().map(basis -> " basis=" + Json.name(basis)).orElse("");
  }

  /// `kith collection create`
  @Command(
      name = "create",
      description = "Create a collection; one that exists with the same definition is fine.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  kith collection create words --dimension 384 --metric cosine",
        "  kith collection create small --dimension 384 --codec int8",
        "  kith collection create many --dimension 384 --index ivf",
        "  kith collection create wide --dimension 768 --index ivf --basis pca",
        "  kith collection create best --dimension 384 --index auto --memory-bytes-per-vector 400"
      })
  static final class Create extends OnOne {
    @Option(
        names = "--dimension",
        required = true,
        paramLabel = "D",
        description = "Coordinates per vector, 1 to 65536.")
    private int dimension;

    @Option(
        names = "--metric",
        defaultValue = "cosine",
        description = "cosine, dot or euclidean (default cosine).")
    private Metric metric = Metric.COSINE;

    @Mixin private IndexOptions indexing = new IndexOptions();

    @Option(
        names = "--default-ef",
        description = "Beam of a search that sets none, 1 to 10000 (default 100).")
    private @Nullable Integer defaultEf;

    @Option(
        names = "--segment-points",
        description = "Points at which a segment is sealed, 1000 to 100000000.")
    private @Nullable Integer segmentPoints;

    @Option(
        names = "--defer-index",
        description = {
          "Link and seal new points only when the collection is optimized, for a bulk load. Until",
          "then they stay in memory, and every search scans all of them."
        })
    private boolean deferIndex;

    Create(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      CollectionSpec spec =
          new CollectionSpec(
              name,
              dimension,
              metric,
              indexing.codec(),
              indexing.codecBits(),
              indexing.prefixes().orElse(Prefixes.none()),
              indexing.index().orElse(IndexSpec.hnsw()),
              optional(defaultEf),
              optional(segmentPoints),
              deferIndex);
      try (KithClient client = common.connect()) {
        client.create(spec);
        print(client.describe(name));
      }
      return 0;
    }
  }

  /// `kith collection list`
  @Command(
      name = "list",
      description = "List all collections in the order of their names.",
      footerHeading = "%nExample:%n",
      footer = "  kith collection list --json")
  static final class ListAll implements Callable<Integer> {
    @Mixin private Common common = new Common();
    private final Console console;

    ListAll(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      try (KithClient client = common.connect()) {
        List<CollectionInfo> collections = client.list();
        if (common.json()) {
          ArrayNode array = Json.array();
          collections.forEach(info -> array.add(Json.collection(info)));
          console.json(array);
        } else {
          printTable(console, collections);
        }
      }
      return 0;
    }
  }

  /// `kith collection update`
  @Command(
      name = "update",
      description = {
        "Change settings that may change while a collection lives. Another --index is given whole:",
        "what is not said of it has its default. New points are indexed so from then on; segments",
        "that are there are served as they are and rebuilt in the background, which `collection",
        "optimize` waits for and `collection describe` shows."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  kith collection update words --default-ef 200",
        "  kith collection update words --index ivf --codec pq --lists 2000",
        "  kith collection update words --codec int8",
        "  kith collection update words --prefixes 32,64,128 --basis pca",
        "  kith collection update words --prefixes none"
      })
  static final class Update extends OnOne {
    @Mixin private IndexOptions indexing = new IndexOptions();

    @Option(names = "--default-ef", description = "Beam of a search that sets none, 1 to 10000.")
    private @Nullable Integer defaultEf;

    @Option(
        names = "--segment-points",
        description = "Points at which a segment is sealed, 1000 to 100000000.")
    private @Nullable Integer segmentPoints;

    @Option(
        names = "--defer-index",
        arity = "0..1",
        fallbackValue = "true",
        paramLabel = "BOOLEAN",
        description = {
          "Whether new points wait for `collection optimize` before they are linked and sealed.",
          "With false, what has waited is linked and sealed in the background."
        })
    private @Nullable Boolean deferIndex;

    Update(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      CollectionUpdate update =
          new CollectionUpdate(
              optional(defaultEf),
              optional(segmentPoints),
              Optional.ofNullable(deferIndex),
              indexing.named(),
              indexing.codec(),
              indexing.codecBits(),
              indexing.prefixes());
      if (update.equals(CollectionUpdate.none())) {
        throw new UsageException(
            "nothing to change: give --index, --codec, --codec-bits, --prefixes, --basis,"
                + " --default-ef, --segment-points or --defer-index");
      }
      try (KithClient client = common.connect()) {
        print(client.update(name, update));
      }
      return 0;
    }
  }

  /// `kith collection delete`
  @Command(
      name = "delete",
      description = "Delete a collection and all its points.",
      footerHeading = "%nExample:%n",
      footer = "  kith collection delete words")
  static final class Delete extends OnOne {
    Delete(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      try (KithClient client = common.connect()) {
        boolean existed = client.delete(name);
        if (common.json()) {
          console.json(Json.object().put("name", name).put("existed", existed));
        } else {
          console.out().println(existed ? "deleted " + name : "there was no collection " + name);
        }
      }
      return 0;
    }
  }

  /// `kith collection verify`
  @Command(
      name = "verify",
      description = "Check the invariants of a collection; status 1 if one is violated.",
      footerHeading = "%nExample:%n",
      footer = "  kith collection verify words")
  static final class Verify extends OnOne {
    Verify(Console console) {
      super(console);
    }

    @Override
    public Integer call() {
      VerifyReport report;
      try (KithClient client = common.connect()) {
        report = client.collection(name).verify();
      }
      if (common.json()) {
        ObjectNode object =
            Json.object()
                .put("name", name)
                .put("sound", report.sound())
                .put("points", report.points());
        report.violations().forEach(object.putArray("violations")::add);
        console.json(object);
      } else {
        report.violations().forEach(console.out()::println);
        console
            .out()
            .printf(
                "%s: %d points checked, %d violations%n",
                name, report.points(), report.violations().size());
      }
      return report.sound() ? 0 : 1;
    }
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
