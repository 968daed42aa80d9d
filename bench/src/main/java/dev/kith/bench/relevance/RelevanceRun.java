package dev.kith.bench.relevance;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.Judgments;
import dev.kith.bench.peers.Machine;
import dev.kith.bench.report.Report;
import dev.kith.index.relevance.OutlierProfile;
import dev.kith.index.relevance.RelevanceTraining;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Measures models of relevance on one data set. Every section is printed as soon as it is known.
public final class RelevanceRun {
  private final RelevanceSettings settings;
  private final Report report;
  private final Consumer<String> progress;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /// @param folder takes `report.md` and pictures; empty for none
  /// @param out takes the tables
  /// @param progress told in a line what is being done
  public RelevanceRun(
      RelevanceSettings settings,
      Optional<Path> folder,
      PrintWriter out,
      Consumer<String> progress) {
    this.settings = settings;
    this.report = new Report("Relevance", out, folder);
    this.progress = progress;
  }

  /// Measures.
  ///
  /// @param path data set folder with judgments
  /// @return what was measured
  /// @throws IOException if there are no judgments, or something cannot be read
  /// @throws IllegalArgumentException if there are too few to learn from
  public ObjectNode run(Path path) throws IOException, InterruptedException {
    Path judged = path.resolve(Judgments.FILE);
    if (!Files.exists(judged)) {
      throw new IOException(
          "%s has no %s, which says what is relevant to its queries; `kith bench dataset fetch"
                  .formatted(path, Judgments.FILE)
              + " wordnet-examples` and `... glove-relatives` make data sets that have one");
    }
    report.begin();
    try (Dataset dataset = DatasetFolder.open(path, settings.threads());
        Neighbors neighbors =
            new Neighbors(
                dataset.space(), dataset.base(), settings.candidates(), settings.threads())) {
      Judgments judgments = Judgments.read(judged, dataset.queries().rows(), dataset.base().rows());
      head(dataset);
      progress.accept("finding candidates");
      Sample sample = Sample.draw(dataset, judgments, settings, neighbors);
      if (sample.lists().size() < RelevanceTraining.LEAST_LISTS) {
        throw new IllegalArgumentException(
            "%s judges %d queries, and at least %d are needed"
                .formatted(judged, sample.lists().size(), RelevanceTraining.LEAST_LISTS));
      }
      json.set("candidates", sample.json());
      report.add(sample.section(), List.of());
      measure(path, sample, neighbors);
    }
    report.end();
    return json;
  }

  private void head(Dataset dataset) {
    Machine machine = Machine.here();
    report.say(
        String.format(
            Locale.ROOT,
            "%s: %,d x %d, %s; %d seeds; %d hidden units",
            dataset.name(),
            dataset.base().rows(),
            dataset.space().dimension(),
            dataset.space().metric().name().toLowerCase(Locale.ROOT),
            settings.seeds(),
            settings.hiddenUnits()));
    report.say(machine.inWords());
    json.put("dataset", dataset.name());
    json.put("rows", dataset.base().rows());
    json.put("dimension", dataset.space().dimension());
    json.put("metric", dataset.space().metric().name().toLowerCase(Locale.ROOT));
    json.put("candidates_asked", settings.candidates());
    json.put("grading", settings.grading().inWords());
    json.put("seeds", settings.seeds());
    json.put("hidden_units", settings.hiddenUnits());
    json.put("machine", machine.inWords());
  }

  private void measure(Path path, Sample sample, Neighbors neighbors)
      throws IOException, InterruptedException {
    List<Trial> trials = new ArrayList<>();
    for (int seed = 1; seed <= settings.seeds(); seed++) {
      trials.add(Trial.run(sample, seed, progress));
    }
    Trial first = trials.getFirst();
    QualityComparison qualities = new QualityComparison(trials);
    json.set("models", qualities.json());
    report.add(qualities.section(), qualities.plots());
    ThresholdTable thresholds = ThresholdTable.of(first);
    json.set("thresholds", thresholds.json());
    report.add(thresholds.section(), List.of());
    Promises promises = Promises.of(trials);
    json.set("promises", promises.json());
    report.add(promises.section(), List.of());
    List<OutlierProfile> profiles = Profiles.of(trials, neighbors, progress);
    Costs costs = Costs.run(first, profiles.getFirst(), progress);
    json.set("costs", costs.json());
    report.add(costs.section(), List.of());
    try (Arena arena = Arena.ofShared()) {
      List<Strangers> strangers =
          Strangers.of(
              path, sample.dataset(), settings.unfit(), settings.threads(), arena, progress);
      UnfitComparison unfit = UnfitComparison.run(trials, profiles, strangers, neighbors);
      json.set("unfit", unfit.json());
      report.add(unfit.section(), List.of());
    }
    Drift drift = Drift.run(first, progress);
    json.set("drift", drift.json());
    report.add(drift.section(), List.of());
    LearningCurve curve = LearningCurve.run(trials, progress);
    json.set("learning_curve", curve.json());
    report.add(curve.section(), curve.plots());
  }
}
