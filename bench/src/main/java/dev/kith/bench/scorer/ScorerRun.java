package dev.kith.bench.scorer;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.peers.Machine;
import dev.kith.bench.peers.Workspace;
import dev.kith.bench.report.Report;
import dev.kith.client.KithClient;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Measures searches by an expensive scorer, through a server. Every section is printed as soon as
/// it is known.
public final class ScorerRun {
  private final ScorerSettings settings;
  private final int threads;
  private final Report report;
  private final Consumer<String> progress;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /// @param threads that find neighbours, if nobody has
  /// @param folder takes `report.md` and pictures; empty for none
  /// @param out takes the tables
  /// @param progress told in a line what is being done
  public ScorerRun(
      ScorerSettings settings,
      int threads,
      Optional<Path> folder,
      PrintWriter out,
      Consumer<String> progress) {
    this.settings = settings;
    this.threads = threads;
    this.report = new Report("Expensive scorers", out, folder);
    this.progress = progress;
  }

  /// Measures.
  ///
  /// @param path data set folder with `texts.txt` and `query_texts.txt`
  /// @param words data set folder with `words.txt` and `query_words.txt`
  /// @return what was measured
  /// @throws IOException if something cannot be read
  /// @throws IllegalArgumentException if there are too few texts
  public ObjectNode run(Path path, Path words) throws IOException, InterruptedException {
    report.begin();
    try (Dataset dataset = DatasetFolder.open(path, threads);
        WordVectors vectors = WordVectors.open(words, threads)) {
      World.Material material =
          new World.Material(
              dataset,
              Lines.read(path.resolve("texts.txt"), dataset.base().rows()),
              Lines.read(path.resolve("query_texts.txt"), dataset.queries().rows()),
              vectors);
      head(material);
      measure(material);
    }
    report.end();
    return json;
  }

  private void head(World.Material material) {
    Machine machine = Machine.here();
    report.say(
        String.format(
            Locale.ROOT,
            "%s: a scorer of the words of %s (for each word of a query the cosine of the most similar word of an item, weighted by rarity)",
            material.dataset().name(),
            material.words().name()));
    report.say(machine.inWords());
    json.put("dataset", material.dataset().name());
    json.put("words", material.words().name());
    json.put("items", settings.items());
    json.put("anchors", settings.anchors());
    json.put("queries", settings.queries());
    json.put("seeds", settings.seeds());
    json.put("machine", machine.inWords());
  }

  private void measure(World.Material material) throws IOException {
    List<Measured.Row> rows = new ArrayList<>();
    for (int budget : settings.budgets()) {
      Method.all().forEach(method -> rows.add(new Measured.Row(budget, method, new ArrayList<>())));
    }
    Choice.Tuning tuning = null;
    try (Workspace workspace = Workspace.create();
        KithServer server = KithServer.start(ServerConfig.local(workspace.folder()));
        KithClient client = KithClient.connect(server.grpcAddress())) {
      for (int seed = 1; seed <= settings.seeds(); seed++) {
        progress.accept("seed %d of %d: drawing items".formatted(seed, settings.seeds()));
        try (Shelf shelf = new Shelf(client, World.draw(material, settings, seed))) {
          if (tuning == null) {
            progress.accept("choosing rank and ridge");
            tuning = Choice.Tuning.of(shelf, settings);
            json.set("tuning", tuning.json());
            report.add(tuning.section(settings.tuning()), List.of());
          }
          for (Measured.Row row : rows) {
            progress.accept(
                "seed %d of %d: %s, %d calls"
                    .formatted(seed, settings.seeds(), row.method().inWords(), row.budget()));
            row.recalls()
                .add(
                    Recall.of(
                        shelf,
                        tuning.chosen(),
                        row.method(),
                        shelf.world().judging(),
                        row.budget()));
          }
        }
      }
    }
    Measured measured = new Measured(material.dataset().name(), rows);
    json.set("measured", measured.json());
    report.add(measured.section(settings), measured.plots());
  }
}
