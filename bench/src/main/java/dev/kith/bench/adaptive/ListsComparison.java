package dev.kith.bench.adaptive;

import dev.kith.bench.progress.Progress;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Widths;
import dev.kith.index.ivf.Reach;
import dev.kith.index.ivf.Tuning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Lists of whole vectors searched rigidly; and lists with prefixes, which the engine may have
/// learnt from these, searched by whole vectors, certified, and through funnels.
///
/// @param dataset its name
/// @param rigid whole vectors compared, by lists read, of lists that were learnt from whole vectors
/// @param whole whole vectors compared in the lists with prefixes, likewise
/// @param certified there prefixes compared as far as they prove something, likewise
/// @param differing of each of these, on all queries, how many found other rows or gave them other
///   scores than comparing whole vectors did: none, or the engine is wrong
/// @param patient whole vectors compared in the lists of `rigid`, as many as the engine measured to
///   find so much
/// @param measured lists and widths that the engine measured to find so much
/// @param tuning what these are
/// @param funnel ladders of widths that were chosen, the fewest products first
/// @param tried ladders that were measured to choose
/// @param ofPrefixes ladders of one rung that were chosen for lists that were learnt from prefixes
///   (AdANNS-IVF), the fewest products first
/// @param ofWhole the same for lists that were learnt from whole vectors (AdANNS-IVF-D)
/// @param learnsFromPrefixes whether the lists with prefixes that the engine makes are the former
record ListsComparison(
    String dataset,
    List<Measured> rigid,
    List<Measured> whole,
    List<Measured> certified,
    List<Integer> differing,
    List<Measured> patient,
    List<Measured> measured,
    Tuning tuning,
    List<Measured> funnel,
    int tried,
    List<Measured> ofPrefixes,
    List<Measured> ofWhole,
    boolean learnsFromPrefixes) {

  /// Recall from which on savings are told.
  static final double LEAST_RECALL = 0.97;

  /// What more lists must find more.
  private static final double LEAST_GAIN = 1e-4;

  /// Hits wanted.
  static final int LIMIT = 10;

  /// Compares.
  ///
  /// @param codec of the prefixes
  /// @param progress told in a line what is being done
  static ListsComparison run(
      Evaluation evaluation, ListSegments segments, Codec.Prefix codec, Consumer<String> progress) {
    int lists = segments.whole().listStats().orElseThrow().count();
    Contender rigid = new Contender("rigid", segments.whole());
    Contender whole = new Contender("whole", segments.prefixes());
    Judge choosing = evaluation.choosing(LIMIT);
    List<Integer> sweep = sweep(lists, rigid, choosing);
    Contender proven = new Contender("certified", segments.prefixes());
    Contender funnel = new Contender("funnel", segments.prefixes());
    FunnelChoice.Chosen chosen =
        new FunnelChoice(funnel, codec, lists, sweep, choosing).choose(progress);
    progress.accept(
        "%,d ladders tried, %d chosen".formatted(chosen.tried(), chosen.settings().size()));
    List<Setting> ofPrefixes =
        new FunnelChoice(
                new Contender("AdANNS-IVF", segments.ofPrefixes()), codec, lists, sweep, choosing)
            .chooseOfOneRung(progress)
            .settings();
    List<Setting> ofWhole =
        new FunnelChoice(
                new Contender("AdANNS-IVF-D", segments.ofWhole()), codec, lists, sweep, choosing)
            .chooseOfOneRung(progress)
            .settings();
    List<Setting> settings = new ArrayList<>();
    sweep.forEach(n -> settings.add(new Setting(rigid, LIMIT, n, new Widths.Full())));
    sweep.forEach(n -> settings.add(new Setting(whole, LIMIT, n, new Widths.Full())));
    sweep.forEach(n -> settings.add(new Setting(proven, LIMIT, n, new Widths.Certified())));
    Tuning tuning = segments.prefixes().tuning().orElseThrow();
    List<Reach> reaches = new ArrayList<>();
    tuning.settings().forEach(one -> reaches.add(new Reach.Measured(one.recall())));
    Contender tuned = new Contender("measured", segments.prefixes());
    reaches.forEach(reach -> settings.add(new Setting(rigid, LIMIT, reach, new Widths.Full())));
    reaches.forEach(reach -> settings.add(new Setting(tuned, LIMIT, reach, new Widths.Usual())));
    settings.addAll(chosen.settings());
    settings.addAll(ofPrefixes);
    settings.addAll(ofWhole);
    int each = sweep.size();
    List<Integer> differing = differing(evaluation, settings.subList(each, 3 * each));
    progress.accept("judging %d settings".formatted(settings.size()));
    List<Measured> all = inTurns(evaluation.judging(LIMIT), settings);
    int patient = 3 * each + reaches.size();
    int measured = patient + reaches.size();
    int funnels = measured + chosen.settings().size();
    int narrow = funnels + ofPrefixes.size();
    return new ListsComparison(
        evaluation.dataset().name(),
        all.subList(0, each),
        all.subList(each, 2 * each),
        all.subList(2 * each, 3 * each),
        differing,
        all.subList(3 * each, patient),
        all.subList(patient, measured),
        tuning,
        byProducts(all.subList(measured, funnels)),
        chosen.tried(),
        byProducts(all.subList(funnels, narrow)),
        byProducts(all.subList(narrow, all.size())),
        segments.isLearntFromPrefixes());
  }

  private static List<Measured> byProducts(List<Measured> some) {
    return some.stream().sorted(Comparator.comparingDouble(Measured::products)).toList();
  }

  /// What adaptive searches save at the recall of rigid ones.
  List<Savings> savings() {
    return Savings.of(joined(rigid, patient), joined(funnel, measured), LEAST_RECALL);
  }

  /// Settings of the lists with prefixes that the engine makes which found enough to tell savings.
  List<Setting> adaptive() {
    return Stream.of(whole, certified, measured, funnel)
        .flatMap(List::stream)
        .filter(one -> one.recall() >= LEAST_RECALL)
        .map(Measured::setting)
        .toList();
  }

  /// By ascending recall.
  private static List<Measured> joined(List<Measured> some, List<Measured> others) {
    return Stream.concat(some.stream(), others.stream())
        .sorted(Comparator.comparingDouble(Measured::recall))
        .toList();
  }

  /// The widths of one that was measured, in a few characters.
  String measuredWidths(Measured one) {
    Setting setting = one.setting();
    return setting.reach() instanceof Reach.Measured(double recall)
        ? new Setting(setting.contender(), LIMIT, 1, tuning.at(recall).widths()).widthsInWords()
        : setting.widthsInWords();
  }

  /// How many lists to read: one, two, and so on by powers of two and the numbers half-way between,
  /// until more lists find no more.
  private static List<Integer> sweep(int lists, Contender rigid, Judge choosing) {
    List<Integer> sweep = new ArrayList<>();
    double before = -1;
    for (int power = 1; power <= lists; power *= 2) {
      for (int nprobe : power == 1 ? List.of(1) : List.of(power, power + power / 2)) {
        double recall =
            choosing.once(new Setting(rigid, LIMIT, nprobe, new Widths.Full())).recall();
        if (nprobe > lists || recall < before + LEAST_GAIN) {
          return sweep;
        }
        sweep.add(nprobe);
        before = recall;
      }
    }
    return sweep;
  }

  private static List<Measured> inTurns(Judge judge, List<Setting> settings) {
    try (Progress bar = Progress.start("Judging", Judge.passes(settings.size()), " passes")) {
      return judge.inTurns(settings, bar::step);
    }
  }

  /// @param settings those of whole vectors, then those that are certified
  private static List<Integer> differing(Evaluation evaluation, List<Setting> settings) {
    int[] queries = evaluation.split().all();
    int each = settings.size() / 2;
    List<Integer> differing = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      Searches whole = Searches.run(evaluation.dataset(), settings.get(i), queries);
      Searches certified = Searches.run(evaluation.dataset(), settings.get(each + i), queries);
      differing.add(certified.differing(whole));
    }
    return differing;
  }
}
