package dev.kith.bench.tool;

import dev.kith.bench.scorer.ScorerRun;
import dev.kith.bench.scorer.ScorerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/// `kith bench scorer`: what few calls of an expensive scorer find.
@Command(
    name = "scorer",
    description = {
      "Measures how much of what an expensive scorer likes best is found with few",
      "calls of it, through a server: by scoring the best of a dual encoder, by",
      "latents solved for from random items (ANNCUR), and by latents that a dual",
      "encoder seeds."
    },
    footer = {
      "",
      "The scorer is one that no product of vectors imitates: the sum over the words",
      "of a query of the cosine of the most similar word of an item, weighted by",
      "rarity. Items are definitions, so are queries; those that anchor latents, those",
      "that choose rank and ridge, and those that judge are different ones. The dual",
      "encoders are means of word vectors, and the data set's own vectors.",
      "",
      "Example:",
      "  kith bench scorer --dataset data/wordnet-minilm --words data/glove-100"
    })
final class ScorerCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("unused") // picocli reads it.
  private final HelpOption help = new HelpOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it.
  private CommandSpec spec;

  @Mixin private final DatasetOption dataset = new DatasetOption();

  @Option(
      names = "--words",
      required = true,
      paramLabel = "DIR",
      description = "A data set folder of words, such as glove-100, that the scorer compares by.")
  @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
  private Path words;

  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Texts to search, drawn at random, 100 to 100000 (default: 5000).")
  private int items;

  @Option(
      names = "--anchors",
      paramLabel = "N",
      defaultValue = "500",
      description = {
        "Queries whose scores of all items latents are made of, 2 to 4096 (default: 500)."
      })
  private int anchors;

  @Option(
      names = "--tuning",
      paramLabel = "N",
      defaultValue = "50",
      description = "Queries that choose rank and ridge (default: 50).")
  private int tuning;

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "400",
      description = "Queries that judge (default: 400).")
  private int queries;

  @Option(
      names = "--budgets",
      paramLabel = "N,N...",
      split = ",",
      defaultValue = "100,200,400",
      description = "Calls of the scorer a query, ascending (default: 100,200,400).")
  private List<Integer> budgets = new ArrayList<>();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Draws; figures are means over them (default: 3).")
  private int seeds;

  @Mixin private final ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    ScorerSettings settings = new ScorerSettings(items, anchors, tuning, queries, budgets, seeds);
    ObjectNode measured =
        new ScorerRun(
                settings,
                Runtime.getRuntime().availableProcessors(),
                report.folder(),
                spec.commandLine().getOut(),
                Commands.progress(spec.commandLine().getErr()))
            .run(dataset.path(), words);
    report.write(measured);
    return 0;
  }
}
