package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.Labels;
import dev.kith.bench.dataset.QuerySplit;
import dev.kith.bench.peers.Machine;
import dev.kith.bench.peers.Workspace;
import dev.kith.bench.report.Report;
import dev.kith.bench.report.Section;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Measures what prefixes bring on one data set. Every section is printed as soon as it is known.
public final class AdaptiveRun {
  private final AdaptiveSettings settings;
  private final Parts parts;
  private final Report report;
  private final Consumer<String> progress;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /// What takes longer and is measured if asked for.
  ///
  /// @param codes whether codes of few bytes are compared
  /// @param nested whether a head is trained, whose embeddings are searched as they are
  /// @param served whether a server is searched, too, with a filter
  public record Parts(boolean codes, boolean nested, boolean served) {}

  /// @param folder takes `report.md` and pictures; empty for none
  /// @param out takes the tables
  /// @param progress told in a line what is being done
  public AdaptiveRun(
      AdaptiveSettings settings,
      Parts parts,
      Optional<Path> folder,
      PrintWriter out,
      Consumer<String> progress) {
    this.settings = settings;
    this.parts = parts;
    this.report = new Report("Adaptive representations", out, folder);
    this.progress = progress;
  }

  /// Measures.
  ///
  /// @param path data set folder or file
  /// @return what was measured
  /// @throws IllegalArgumentException if a head is to be trained and the data set has no labels
  public ObjectNode run(Path path) throws IOException, InterruptedException {
    report.begin();
    try (Dataset dataset = DatasetFolder.open(path, settings.threads())) {
      Evaluation evaluation = evaluation(path, dataset);
      if (parts.nested && evaluation.labels().isEmpty()) {
        throw new IllegalArgumentException(
            ("%s has no labels.txt to train a nested head on; leave out --nested, or make"
                    + " wordnet-minilm or mnist-784 again: kith bench dataset fetch NAME --force")
                .formatted(path));
      }
      head(evaluation);
      lists(evaluation, settings, json);
      if (parts.codes) {
        WordsComparison words = WordsComparison.run(evaluation, settings, progress);
        json.set("codes", ReportJson.of(words));
        report.add(words.section(), Plots.of(words));
      }
      if (parts.nested) {
        nested(evaluation);
      }
    }
    report.end();
    return json;
  }

  private Evaluation evaluation(Path path, Dataset dataset) throws IOException {
    return new Evaluation(
        dataset,
        Labels.of(path, dataset),
        QuerySplit.draw(dataset.queries().rows(), settings.queries(), settings.seed()));
  }

  private void head(Evaluation evaluation) {
    Dataset dataset = evaluation.dataset();
    Codec.Prefix prefixes = settings.prefixesOf(dataset);
    int choosing = evaluation.split().choosing().length;
    int judging = evaluation.split().judging().length;
    Machine machine = Machine.here();
    report.say(
        String.format(
            Locale.ROOT,
            "%s: %,d x %d, %s; %d lists; prefixes %s of %s; seed %d",
            dataset.name(),
            dataset.base().rows(),
            dataset.space().dimension(),
            dataset.space().metric().name().toLowerCase(Locale.ROOT),
            settings.listsOf(dataset),
            BasisName.of(prefixes.basis()),
            prefixes.widths(),
            settings.seed()));
    report.say(
        String.format(
            Locale.ROOT,
            "%,d queries chose settings, %,d others judge them, one at a time on one thread",
            choosing,
            judging));
    report.say(machine.inWords());
    json.put("dataset", dataset.name());
    json.put("rows", dataset.base().rows());
    json.put("dimension", dataset.space().dimension());
    json.put("lists_asked", settings.listsOf(dataset));
    json.put("basis", BasisName.of(prefixes.basis()));
    prefixes.widths().forEach(json.withArray("widths")::add);
    json.put("seed", settings.seed());
    json.put("choosing", choosing);
    json.put("judging", judging);
    json.put("machine", machine.inWords());
  }

  private void lists(Evaluation evaluation, AdaptiveSettings chosen, ObjectNode target)
      throws IOException {
    Codec.Prefix codec = chosen.prefixesOf(evaluation.dataset());
    progress.accept("building lists four times, of whole vectors and with prefixes");
    try (ListSegments segments = ListSegments.build(evaluation.dataset(), chosen)) {
      CoarseAgreement agreement = CoarseAgreement.run(evaluation, segments.prefixes(), codec);
      target.set("coarse", ReportJson.of(agreement));
      report.add(agreement.section(), Plots.of(agreement));
      ListsComparison comparison = ListsComparison.run(evaluation, segments, codec, progress);
      target.set("lists", ReportJson.of(comparison));
      List<Section> sections = ListsSections.of(comparison);
      for (Section section : sections.subList(0, sections.size() - 1)) {
        report.add(section, List.of());
      }
      report.add(sections.getLast(), Plots.of(comparison));
      if (parts.served) {
        ServedComparison served =
            ServedComparison.run(evaluation, chosen, comparison.adaptive(), progress);
        target.set("served", ReportJson.of(served));
        report.add(served.section(), List.of());
      }
      if (evaluation.labels().isPresent()) {
        progress.accept("finding classes");
        ClassesComparison classes = ClassesComparison.run(evaluation, segments, codec);
        target.set("classes", ReportJson.of(classes));
        report.add(classes.section(), Plots.of(classes));
      }
    }
  }

  /// Embeds the queries that take part alone: exact neighbours are found for each.
  private void nested(Evaluation evaluation) throws IOException, InterruptedException {
    // The narrowest prefix is less than a register of some processors.
    List<Integer> widths = NestedTraining.WIDTHS.subList(1, NestedTraining.WIDTHS.size() - 1);
    AdaptiveSettings asIs =
        new AdaptiveSettings(
            settings.queries(),
            settings.lists(),
            Basis.AS_IS,
            widths,
            settings.listDims(),
            settings.threads(),
            settings.seed());
    try (Workspace workspace = Workspace.create()) {
      NestedTraining.write(
          evaluation.dataset(),
          evaluation.labels().orElseThrow(),
          evaluation.split().all(),
          settings.seed(),
          workspace.folder(),
          progress);
      progress.accept("finding the exact neighbours of embeddings");
      try (Dataset embeddings = DatasetFolder.open(workspace.folder(), settings.threads())) {
        lists(evaluation(workspace.folder(), embeddings), asIs, json.putObject("nested"));
      }
    }
  }
}
