package dev.kith.bench.adaptive;

import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Widths.Ladder;
import dev.kith.index.codec.Widths.Rung;
import dev.kith.index.ivf.Reach;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Chooses ladders of widths by what they find and take on some queries.
///
/// Ladders of one rung come first: the width of centroids, that of rows, rows kept, lists read.
/// Then those of two, around centroids of the widths that were best. What cannot come to the front
/// is not measured: keeping fewer rows finds no more, a ladder of two rungs misses about what
/// either rung misses alone, and what products it takes is known beforehand. Of the ladders of two
/// rungs, the most promising are measured, as many for any range of recall.
final class FunnelChoice {

  /// Rows kept, the most first.
  private static final List<Integer> KEEPS =
      List.of(800, 400, 300, 200, 150, 100, 75, 50, 40, 30, 25, 20, 15, 10);

  /// Times the rows of the last rung that the one before it keeps.
  private static final List<Integer> MULTIPLES = List.of(2, 3, 4, 6, 8, 12, 16);

  /// Recall that is worth a second rung.
  private static final double LEAST_RECALL = 0.75;

  /// What must be found of what is missed to be worth measuring, and what of all.
  private static final double WORTHWHILE = 0.03;

  private static final double LEAST_GAIN = 1e-4;

  /// What must be found of what is missed to be judged besides.
  private static final double APART = 0.1;

  /// Most ladders of two rungs that are measured of those that miss about as much, by half.
  private static final int MOST_ALIKE = 30;

  /// Times that ladders a step cheaper than those on the front are tried, and how many of each.
  private static final int ROUNDS = 3;

  private static final int STEPS = 5;

  private final Contender contender;
  private final List<Integer> widths;
  private final List<Integer> sweep;
  private final Judge judge;
  private final Costs costs;
  private final List<Measured> measured = new ArrayList<>();
  private final Set<Setting> tried = new HashSet<>();
  private final Map<OneRung, Double> found = new HashMap<>();
  private final Map<Reading, Double> rows = new HashMap<>();

  /// @param contender lists with prefixes
  /// @param lists there are
  /// @param sweep lists to read, ascending
  /// @param judge on the queries that choose
  FunnelChoice(
      Contender contender, Codec.Prefix codec, int lists, List<Integer> sweep, Judge judge) {
    this.contender = contender;
    this.widths = codec.widths();
    this.sweep = sweep;
    this.judge = judge;
    this.costs = new Costs(judge.dataset().space().dimension(), lists, codec.basis());
  }

  /// What was chosen.
  ///
  /// @param settings on the front of recall against products or of recall against microseconds
  /// @param tried settings that were measured
  record Chosen(List<Setting> settings, int tried) {}

  /// Lists that are read.
  private record Reading(int coarse, int nprobe) {}

  /// A ladder of one rung.
  private record OneRung(Reading reading, Rung rung) {}

  /// A ladder that is not measured yet.
  ///
  /// @param products expected
  /// @param recall expected, or a little more
  /// @param promise products that the best ladder of one rung takes to find as much, in terms of
  ///   those expected
  private record Candidate(
      int nprobe, Ladder ladder, double products, double recall, double promise) {

    /// Halvings of what is missed.
    int range() {
      return (int) Math.floor(-Math.log(Math.max(1e-4, 1 - recall)) / Math.log(2));
    }
  }

  /// Chooses.
  ///
  /// @param progress told in a line what is being done
  Chosen choose(Consumer<String> progress) {
    chooseOfOneRung(progress);
    progress.accept("choosing: two rungs, after %,d ladders of one".formatted(measured.size()));
    Map<Integer, Integer> alike = new HashMap<>();
    for (Candidate candidate : twoRungs()) {
      boolean isOneTooMany = alike.getOrDefault(candidate.range(), 0) >= MOST_ALIKE;
      if (!isOneTooMany && !isBeaten(candidate.products, candidate.recall)) {
        measure(candidate.nprobe, candidate.ladder);
        alike.merge(candidate.range(), 1, Integer::sum);
      }
    }
    for (int round = 1; round <= ROUNDS; round++) {
      front().forEach(this::tryCheaper);
    }
    return chosen();
  }

  /// Chooses among ladders of one rung alone.
  ///
  /// @param progress told in a line what is being done
  Chosen chooseOfOneRung(Consumer<String> progress) {
    List<Integer> coarse = new ArrayList<>(List.of(0));
    coarse.addAll(widths);
    for (int ofCentroids : coarse) {
      progress.accept(
          "choosing for %s: centroids %s"
              .formatted(
                  contender.name(),
                  ofCentroids == 0 ? "whole" : "of " + ofCentroids + " coordinates"));
      widths.forEach(ofRows -> oneRung(ofCentroids, ofRows));
    }
    return chosen();
  }

  private Chosen chosen() {
    Set<Setting> settings = new LinkedHashSet<>();
    addApart(front(), settings);
    addApart(Front.of(measured, Measured::micros, Measured::recall), settings);
    return new Chosen(List.copyOf(settings), measured.size());
  }

  /// Adds those of a front that miss clearly less than the one before: to judge twice as many takes
  /// twice as long, and tells little more.
  private static void addApart(List<Measured> front, Set<Setting> settings) {
    double before = -1;
    for (Measured each : front) {
      if (each.recall() >= before + Math.max(LEAST_GAIN, APART * (1 - each.recall()))) {
        settings.add(each.setting());
        before = each.recall();
      }
    }
    settings.add(front.getLast().setting());
  }

  private List<Measured> front() {
    return Front.of(measured, Measured::products, Measured::recall);
  }

  private void oneRung(int coarse, int width) {
    double before = -1;
    for (int nprobe : sweep) {
      Reading reading = new Reading(coarse, nprobe);
      Rung most = new Rung(width, KEEPS.getFirst());
      Measured first = measure(nprobe, new Ladder(coarse, List.of(most)));
      double compared = costs.rows(first.products(), coarse, most);
      rows.put(reading, compared);
      double bound = first.recall();
      for (int keep : KEEPS) {
        Rung rung = new Rung(width, keep);
        double products = costs.products(compared, coarse, List.of(rung));
        if (keep != most.keep() && !isBeaten(products, bound)) {
          bound = measure(nprobe, new Ladder(coarse, List.of(rung))).recall();
        }
        found.put(new OneRung(reading, rung), bound);
      }
      if (first.recall() < before + LEAST_GAIN) {
        return;
      }
      before = first.recall();
    }
  }

  private boolean isBeaten(double products, double recall) {
    double enough = recall - Math.max(LEAST_GAIN, WORTHWHILE * (1 - recall));
    return measured.stream()
        .anyMatch(other -> other.products() <= products && other.recall() >= enough);
  }

  /// Tries what is like a ladder on the front and a little cheaper: it may find as much.
  private void tryCheaper(Measured best) {
    if (best.recall() < LEAST_RECALL
        || !(best.setting().widths() instanceof Ladder ladder)
        || !(best.setting().reach() instanceof Reach.Until until)) {
      return;
    }
    int nprobe = until.nprobe();
    double compared = rows.getOrDefault(new Reading(ladder.coarse(), nprobe), 0.0);
    LadderSteps.from(ladder, widths, judge.limit()).stream()
        .map(
            step ->
                new Candidate(
                    nprobe,
                    step,
                    costs.products(compared, step.coarse(), step.rungs()),
                    best.recall(),
                    1))
        .filter(step -> step.products < best.products())
        .filter(step -> tried.add(new Setting(contender, judge.limit(), nprobe, step.ladder)))
        .sorted(Comparator.comparingDouble(Candidate::products).reversed())
        .limit(STEPS)
        .forEach(step -> measure(nprobe, step.ladder));
  }

  /// Ladders that might come to the front, the most promising first.
  private List<Candidate> twoRungs() {
    List<Measured> front = front();
    Set<Integer> coarse = new LinkedHashSet<>();
    for (Measured single : front) {
      if (single.recall() >= LEAST_RECALL && single.setting().widths() instanceof Ladder ladder) {
        coarse.add(ladder.coarse());
      }
    }
    List<Candidate> candidates = new ArrayList<>();
    rows.forEach(
        (reading, compared) -> {
          if (coarse.contains(reading.coarse)) {
            addTwoRungs(reading, compared, front, candidates);
          }
        });
    candidates.sort(
        Comparator.comparingDouble(Candidate::promise)
            .reversed()
            .thenComparing(candidate -> candidate.ladder.toString()));
    return candidates;
  }

  private void addTwoRungs(
      Reading reading, double compared, List<Measured> front, List<Candidate> candidates) {
    double all = all(reading);
    for (List<Rung> rungs : pairs()) {
      double recall = alone(reading, rungs.getFirst()) + alone(reading, rungs.getLast()) - all;
      double products = costs.products(compared, reading.coarse, rungs);
      double promise = products(front, recall) / products;
      if (recall >= LEAST_RECALL && promise > 1) {
        Ladder ladder = new Ladder(reading.coarse, rungs);
        candidates.add(new Candidate(reading.nprobe, ladder, products, recall, promise));
      }
    }
  }

  private List<List<Rung>> pairs() {
    List<List<Rung>> pairs = new ArrayList<>();
    for (int wide : widths) {
      for (int narrow : widths.subList(0, widths.indexOf(wide))) {
        for (int keep : KEEPS) {
          for (int multiple : MULTIPLES) {
            pairs.add(List.of(new Rung(narrow, multiple * keep), new Rung(wide, keep)));
          }
        }
      }
    }
    return pairs;
  }

  /// Products with which so much is found, or all that can be.
  private static double products(List<Measured> front, double recall) {
    for (Measured measured : front) {
      if (measured.recall() >= recall) {
        return measured.products();
      }
    }
    return front.getLast().products();
  }

  /// What there is to find in the lists that are read.
  private double all(Reading reading) {
    return widths.stream()
        .mapToDouble(width -> alone(reading, new Rung(width, KEEPS.getFirst())))
        .max()
        .orElseThrow();
  }

  /// What a rung finds alone when it keeps as many rows, or fewer if nobody knows; 0 if it was not
  /// tried.
  private double alone(Reading reading, Rung rung) {
    int known = Math.min(rung.keep(), KEEPS.getFirst());
    for (int keep : KEEPS) {
      if (keep <= known) {
        return found.getOrDefault(new OneRung(reading, new Rung(rung.width(), keep)), 0.0);
      }
    }
    return 0;
  }

  private Measured measure(int nprobe, Ladder ladder) {
    Setting setting = new Setting(contender, judge.limit(), nprobe, ladder);
    tried.add(setting);
    Measured once = judge.once(setting);
    measured.add(once);
    return once;
  }

  /// What products a search takes, as far as can be said before.
  ///
  /// @param dimension of whole vectors
  private record Costs(int dimension, int lists, Basis basis) {

    /// @param rows that the first rung compares
    double products(double rows, int coarse, List<Rung> rungs) {
      double products = begin(coarse, rungs.getLast().width());
      double left = rows;
      int known = 0;
      for (Rung rung : rungs) {
        products += left * (rung.width() - known);
        left = Math.min(left, rung.keep());
        known = rung.width();
      }
      return products + left * dimension;
    }

    /// Rows that a ladder of one rung compared.
    double rows(double products, int coarse, Rung rung) {
      double ofRows = products - begin(coarse, rung.width());
      double all = ofRows / (rung.width() + dimension); // If it kept all of them.
      return all <= rung.keep() ? all : (ofRows - (double) rung.keep() * dimension) / rung.width();
    }

    /// What comes before rows: centroids, and the prefix of the query.
    private double begin(int coarse, int widest) {
      double axes = basis == Basis.PCA ? (double) Math.max(coarse, widest) * dimension : 0;
      return (double) lists * (coarse == 0 ? dimension : coarse) + axes;
    }
  }
}
