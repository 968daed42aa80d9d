package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.peers.Machine;
import dev.kith.index.codec.Codec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Measures what prefixes bring on one data set. Every section is printed as soon as it is known.
public final class AdaptiveRun {
  private final AdaptiveSettings settings;
  private final PrintWriter out;
  private final Consumer<String> progress;
  private final List<Section> sections = new ArrayList<>();
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /// @param out takes the tables
  /// @param progress told in a line what is being done
  public AdaptiveRun(AdaptiveSettings settings, PrintWriter out, Consumer<String> progress) {
    this.settings = settings;
    this.out = out;
    this.progress = progress;
  }

  /// Measures.
  ///
  /// @param path data set folder or file
  /// @return what was measured
  public ObjectNode run(Path path) throws IOException, InterruptedException {
    try (Dataset dataset = DatasetFolder.open(path, settings.threads())) {
      Evaluation evaluation =
          new Evaluation(
              dataset,
              Labels.of(path, dataset),
              QuerySplit.draw(dataset.queries().rows(), settings.queries(), settings.seed()));
      head(evaluation);
      lists(evaluation);
    }
    return json;
  }

  private void head(Evaluation evaluation) {
    Dataset dataset = evaluation.dataset();
    Codec.Prefix prefixes = settings.prefixesOf(dataset);
    Machine machine = Machine.here();
    out.println(
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
    out.printf(
        "%,d queries chose settings, %,d others judge them, one at a time on one thread%n",
        evaluation.split().choosing().length, evaluation.split().judging().length);
    out.println(machine.inWords());
    out.flush();
  }

  private void lists(Evaluation evaluation) throws IOException {
    progress.accept("building the lists twice, whole and with prefixes");
    try (ListSegments segments = ListSegments.build(evaluation.dataset(), settings)) {
      ListsComparison comparison =
          ListsComparison.run(
              evaluation, segments, settings.prefixesOf(evaluation.dataset()), progress);
      json.set("lists", ReportJson.of(comparison));
      ListsSections.of(comparison).forEach(this::add);
    }
  }

  private void add(Section section) {
    sections.add(section);
    section.print(out);
  }
}
