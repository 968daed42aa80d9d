package dev.kith.index.trial;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.trial.IndexTrial.Candidate;
import dev.kith.index.trial.IndexTrial.Conditions;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Chooses one of several indexes, and says why.
///
/// Of those that fit in memory and find what is wanted, the one that answers most queries, unless a
/// simpler one answers about as many. If none of them finds it, the one that finds most; if none
/// fits, the one that takes least memory.
final class TrialChoice {

  /// So small a share fewer queries are about as many.
  private static final double ABOUT_AS_MANY = 0.1;

  private static final Comparator<Candidate> BY_SPEED =
      Comparator.comparingDouble(Candidate::queriesPerSecond);

  private final List<Candidate> candidates;
  private final double recall;
  private final int room;
  private final Candidate chosen;

  /// @param candidates at least one, the simplest first
  TrialChoice(List<Candidate> candidates, Conditions conditions) {
    this.candidates = candidates;
    this.recall = conditions.recall();
    this.room = conditions.memory().orElse(Integer.MAX_VALUE);
    this.chosen =
        simplestOfTheQuickest()
            .or(() -> those(this::fits).max(Comparator.comparingDouble(Candidate::recall)))
            .or(() -> those(_ -> true).min(Comparator.comparingDouble(Candidate::bytes)))
            .orElseThrow();
  }

  private Stream<Candidate> those(Predicate<Candidate> wanted) {
    return candidates.stream().filter(wanted);
  }

  private Optional<Candidate> simplestOfTheQuickest() {
    double most = those(this::suits).mapToDouble(Candidate::queriesPerSecond).max().orElse(0);
    double enough = (1 - ABOUT_AS_MANY) * most;
    return those(this::suits).filter(one -> one.queriesPerSecond() >= enough).findFirst();
  }

  private boolean fits(Candidate one) {
    return one.bytes() <= room;
  }

  private boolean finds(Candidate one) {
    return one.recall() >= recall;
  }

  private boolean suits(Candidate one) {
    return fits(one) && finds(one);
  }

  /// The index to use.
  Candidate chosen() {
    return chosen;
  }

  /// Plain sentences for users.
  String reason() {
    if (!fits(chosen)) {
      return "No index takes at most %s bytes of memory a point; the least is %s, with %s."
          .formatted(room(), bytes(chosen), name(chosen));
    }
    if (!finds(chosen)) {
      return "No index of at most %s bytes of memory a point reaches recall %s; the most is %s, with %s."
          .formatted(room(), figure(recall, 3), figure(chosen.recall(), 3), name(chosen));
    }
    String reason =
        "With %s a core answers %s queries a second at recall %s, for %s bytes of memory a point."
            .formatted(name(chosen), queries(chosen), figure(chosen.recall(), 3), bytes(chosen));
    return reason + next() + tooLarge();
  }

  private String next() {
    return those(this::suits)
        .filter(one -> !one.equals(chosen))
        .max(BY_SPEED)
        .map(
            next ->
                " With %s it answers %s%s, for %s."
                    .formatted(
                        name(next),
                        queries(next),
                        next.queriesPerSecond() > chosen.queriesPerSecond()
                            ? ", hardly more"
                            : ", the next most",
                        bytes(next)))
        .orElse("");
  }

  private String tooLarge() {
    return those(this::finds)
        .filter(one -> !fits(one) && one.queriesPerSecond() > chosen.queriesPerSecond())
        .max(BY_SPEED)
        .map(
            large ->
                " With %s it would answer %s, for %s bytes, of which at most %s are allowed."
                    .formatted(name(large), queries(large), bytes(large), room()))
        .orElse("");
  }

  private static String queries(Candidate one) {
    return figure(one.queriesPerSecond(), 2);
  }

  private static String bytes(Candidate one) {
    return String.format(Locale.ROOT, "%,.0f", one.bytes());
  }

  private String room() {
    return String.format(Locale.ROOT, "%,d", room);
  }

  /// What users call it.
  private static String name(Candidate one) {
    return switch (one.index()) {
      case IndexSpec.Flat _ -> "a scan of all points";
      case IndexSpec.Hnsw(_, Layout layout, _) when layout == Layout.FAST ->
          "a graph in the layout fast";
      case IndexSpec.Hnsw(_, _, Codec codec) ->
          codec.hasCodes() ? "a graph of %s codes".formatted(codec.name()) : "a graph of vectors";
      case IndexSpec.Ivf(_, Codec codec) -> "inverted lists of %s codes".formatted(codec.name());
    };
  }

  private static String figure(double value, int digits) {
    BigDecimal rounded =
        BigDecimal.valueOf(value).round(new MathContext(digits)).stripTrailingZeros();
    return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
  }
}
