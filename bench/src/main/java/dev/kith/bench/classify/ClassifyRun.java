package dev.kith.bench.classify;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.Labels;
import dev.kith.bench.dataset.QuerySplit;
import dev.kith.bench.peers.Machine;
import dev.kith.bench.peers.Workspace;
import dev.kith.bench.report.Report;
import dev.kith.bench.run.ServerTarget;
import dev.kith.client.KithClient;
import dev.kith.client.SearchOptions;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Codec;
import dev.kith.index.ivf.IvfParams;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Measures classes told by neighbours, through a server. Every section is printed as soon as it is
/// known.
public final class ClassifyRun {

  /// Queries that every effort is measured with, and that single calls are held to.
  private static final int FEW = 1_000;

  private static final int FEWER = 100;

  private final ClassifySettings settings;
  private final Report report;
  private final Consumer<String> progress;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /// @param folder takes `report.md` and pictures; empty for none
  /// @param out takes the tables
  /// @param progress told in a line what is being done
  public ClassifyRun(
      ClassifySettings settings,
      Optional<Path> folder,
      PrintWriter out,
      Consumer<String> progress) {
    this.settings = settings;
    this.report = new Report("Classes by neighbours", out, folder);
    this.progress = progress;
  }

  /// Measures.
  ///
  /// @param path data set folder with labels
  /// @return what was measured
  /// @throws IOException if something cannot be read
  /// @throws IllegalArgumentException if there are no labels, or fewer rows than neighbours
  public ObjectNode run(Path path) throws IOException, InterruptedException {
    report.begin();
    try (Dataset dataset = DatasetFolder.open(path, settings.threads())) {
      Labels labels =
          Labels.of(path, dataset)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s has no labels.txt; `kith bench dataset fetch mnist-784` makes a data set that has one"
                              .formatted(path)));
      if (settings.neighbors() > dataset.base().rows()) {
        throw new IllegalArgumentException(
            "%s has %d rows, fewer than %d neighbours"
                .formatted(path, dataset.base().rows(), settings.neighbors()));
      }
      head(dataset);
      measure(dataset, Classes.of(labels));
    }
    report.end();
    return json;
  }

  private void head(Dataset dataset) {
    Machine machine = Machine.here();
    report.say(
        String.format(
            Locale.ROOT,
            "%s: %,d x %d, %s; %d neighbours",
            dataset.name(),
            dataset.base().rows(),
            dataset.space().dimension(),
            dataset.space().metric().name().toLowerCase(Locale.ROOT),
            settings.neighbors()));
    report.say(machine.inWords());
    json.put("dataset", dataset.name());
    json.put("rows", dataset.base().rows());
    json.put("neighbors", settings.neighbors());
    json.put("seed", settings.seed());
    json.put("machine", machine.inWords());
  }

  private void measure(Dataset dataset, Classes classes) throws IOException {
    int rows = dataset.base().rows();
    int lists =
        settings.lists() == 0
            ? (int) Math.round(Math.sqrt(rows))
            : Math.min(settings.lists(), rows);
    progress.accept("loading a server");
    try (Workspace workspace = Workspace.create();
        KithServer server = KithServer.start(ServerConfig.local(workspace.folder()));
        KithClient client = KithClient.connect(server.grpcAddress());
        ServerTarget target =
            ServerTarget.connect(server.grpcAddress(), dataset, false)
                .withPayloads(row -> Served.payload(classes, row))) {
      target.build(new IndexSpec.Ivf(new IvfParams(lists, settings.seed()), new Codec.F32()));
      measure(
          dataset,
          classes,
          new Served(
              client.collection(target.collection()), dataset, classes, settings.neighbors()),
          lists);
    }
  }

  private void measure(Dataset dataset, Classes classes, Served served, int lists)
      throws IOException {
    QuerySplit split =
        QuerySplit.draw(dataset.queries().rows(), settings.queries(), settings.seed());
    progress.accept("finding neighbours of %,d queries".formatted(split.all().length));
    Neighborhoods all =
        served.neighborhoods(split.all(), SearchOptions.top(settings.neighbors()).exactly());
    int half = split.choosing().length;
    Neighborhoods choosing = all.part(0, half);
    Neighborhoods judging = all.part(half, split.all().length);
    TemperatureSweep sweep = TemperatureSweep.of(dataset.name(), choosing, judging);
    json.set("sweep", sweep.json());
    report.add(sweep.section(half, split.judging().length), sweep.plots());

    progress.accept("training a model without neighbours");
    LogisticRegression model =
        LogisticRegression.train(dataset.base(), classes.base(), classes.count(), settings.seed());
    Interpolation.Priors priors =
        new Interpolation.Priors(
            priors(model, dataset, split.choosing()), priors(model, dataset, split.judging()));
    ArrayNode mixtures = json.putArray("interpolation");
    List<Interpolation> mixed = new ArrayList<>();
    for (TemperatureSweep.Tried rule : List.of(sweep.chosenFixed(), sweep.chosenPerplexity())) {
      Interpolation each = Interpolation.of(dataset.name(), rule, choosing, judging, priors);
      mixed.add(each);
      mixtures.add(each.json());
      report.add(each.section(), each.plots());
    }

    progress.accept("asking the server for classes");
    EffortSweep efforts =
        EffortSweep.run(
            dataset.name(),
            served,
            judging.part(0, Math.min(FEW, split.judging().length)),
            sweep,
            lists);
    json.set("efforts", efforts.json());
    report.add(efforts.section(), List.of());
    int few = Math.min(FEWER, split.judging().length);
    ServedCheck check =
        ServedCheck.run(
            served, judging.part(0, few), mixed.getLast(), priors.judging().subList(0, few));
    json.set("served", check.json());
    report.add(check.section(dataset.name()), List.of());
  }

  private static List<double[]> priors(LogisticRegression model, Dataset dataset, int[] queries) {
    return Arrays.stream(queries)
        .mapToObj(query -> model.distribution(dataset.queries().row(query)))
        .toList();
  }
}
