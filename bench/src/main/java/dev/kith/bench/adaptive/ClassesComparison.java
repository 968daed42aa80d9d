package dev.kith.bench.adaptive;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Widths;
import dev.kith.index.codec.Widths.Ladder;
import dev.kith.index.codec.Widths.Rung;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Finding a query's class by its nearest neighbour, of which few products may be enough: searches
/// for one hit, which keep only a few rows.
///
/// @param dataset its name
/// @param queries that judge
/// @param rigid whole vectors compared, by lists read
/// @param adaptive ladders of one rung on the front of accuracy against products where they were
///   chosen, the fewest products first
/// @param chosen of these the one that was most accurate on the queries that choose with few
///   products of pairs, or the cheapest if none takes so few
/// @param axes products of these with the query, which are of no pair, in what was chosen
record ClassesComparison(
    String dataset,
    int queries,
    List<Measured> rigid,
    List<Measured> adaptive,
    Measured chosen,
    double axes) {

  /// Products of pairs, of a query and a row or a centroid, that are few.
  static final double BUDGET = 33_000;

  private static final List<Integer> KEEPS = List.of(1, 2, 5, 10);
  private static final List<Integer> SWEEP = List.of(1, 2, 3, 4, 6, 8, 12, 16);

  /// Compares.
  ///
  /// @param codec of the prefixes
  static ClassesComparison run(Evaluation evaluation, ListSegments segments, Codec.Prefix codec) {
    List<Integer> widths = codec.widths();
    int ofAxis = codec.basis() == Basis.PCA ? evaluation.dataset().space().dimension() : 0;
    int lists = segments.whole().listStats().orElseThrow().count();
    List<Integer> sweep = SWEEP.stream().filter(nprobe -> nprobe <= lists).toList();
    Contender whole = new Contender("rigid", segments.whole());
    Contender prefixes = new Contender("prefixes", segments.prefixes());
    Judge choosing = evaluation.choosing(1);
    List<Measured> tried = new ArrayList<>();
    for (int coarse : widths) {
      for (int width : widths) {
        for (int nprobe : sweep) {
          for (int keep : KEEPS) {
            Ladder ladder = new Ladder(coarse, List.of(new Rung(width, keep)));
            tried.add(choosing.once(new Setting(prefixes, 1, nprobe, ladder)));
          }
        }
      }
    }
    List<Measured> front = Front.of(tried, Measured::products, ClassesComparison::accuracy);
    List<Setting> settings = new ArrayList<>();
    sweep.forEach(nprobe -> settings.add(new Setting(whole, 1, nprobe, new Widths.Full())));
    front.forEach(measured -> settings.add(measured.setting()));
    List<Measured> all = evaluation.judging(1).inTurns(settings, _ -> {});
    List<Measured> adaptive = all.subList(sweep.size(), all.size());
    // The front is as accurate as it is expensive: the last that is cheap is the best.
    int best =
        (int) front.stream().filter(each -> each.products() - axes(each, ofAxis) <= BUDGET).count()
            - 1;
    Measured chosen = adaptive.get(Math.max(0, best));
    return new ClassesComparison(
        evaluation.dataset().name(),
        evaluation.split().judging().length,
        all.subList(0, sweep.size()),
        adaptive,
        chosen,
        axes(chosen, ofAxis));
  }

  /// Products with which the prefix of the query was made.
  ///
  /// @param ofAxis those of one axis
  private static double axes(Measured measured, int ofAxis) {
    return measured.setting().widths() instanceof Ladder ladder
        ? (double) Math.max(ladder.coarse(), ladder.rungs().getLast().width()) * ofAxis
        : 0;
  }

  static double accuracy(Measured measured) {
    return measured.accuracy() == null ? 0 : measured.accuracy();
  }

  /// The rigid search with the fewest products that is as accurate as the chosen ladder.
  Optional<Measured> rigidAsAccurate() {
    return rigid.stream()
        .filter(measured -> accuracy(measured) >= accuracy(chosen))
        .min(Comparator.comparingDouble(Measured::products));
  }

  Section section() {
    List<List<String>> rows = new ArrayList<>();
    rigid.forEach(measured -> rows.add(row(measured)));
    Front.of(adaptive, Measured::products, ClassesComparison::accuracy)
        .forEach(measured -> rows.add(row(measured)));
    double accuracy = accuracy(chosen);
    String rival =
        rigidAsAccurate()
            .map(
                as ->
                    "rigid needs %s products and %s us for as much: %s more, %s more."
                        .formatted(
                            Cells.whole(as.products()),
                            Cells.micros(as.micros()),
                            Cells.times(as.products() / chosen.products()),
                            Cells.times(as.micros() / chosen.micros())))
            .orElse("no rigid search is as accurate.");
    return new Section(
        "%s: class of the nearest neighbour".formatted(dataset),
        List.of(
            "Chosen for at most %s products of pairs: %s, and %s of axes, %s us, accuracy %s, recall@1 %s; %s"
                .formatted(
                    Cells.whole(BUDGET),
                    Cells.whole(chosen.products() - axes),
                    Cells.whole(axes),
                    Cells.micros(chosen.micros()),
                    Cells.share(accuracy),
                    Cells.share(chosen.recall()),
                    rival),
            "One standard error of an accuracy of %s on %,d queries is %.4f."
                .formatted(
                    Cells.share(accuracy),
                    queries,
                    Math.sqrt(accuracy * (1 - accuracy) / queries))),
        List.of("lists read", "accuracy", "recall@1", "products", "us", "widths"),
        rows);
  }

  private static List<String> row(Measured measured) {
    return List.of(
        measured.setting().reachInWords(),
        Cells.share(measured.accuracy()),
        Cells.share(measured.recall()),
        Cells.whole(measured.products()),
        Cells.micros(measured.micros()),
        measured.setting().widthsInWords());
  }
}
