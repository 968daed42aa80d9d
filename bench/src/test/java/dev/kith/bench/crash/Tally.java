package dev.kith.bench.crash;

import dev.kith.bench.crash.Survival.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The figures of a campaign.
final class Tally {
  private final String name;
  private final long seed;
  private final List<Long> restartMillis = new ArrayList<>();
  private final Verdict verdicts = new Verdict();
  private int cycles;
  private int strikesDuringRecovery;
  private long firmWrites;
  private long firmPoints;
  private long softWrites;
  private long looseWrites;
  private long unanswered;
  private long searches;
  private long overloads;
  private long pointsCompared;
  private long sought;
  private long found;
  private long mergesBegun;
  private long mergesFinished;

  Tally(String name, long seed) {
    this.name = name;
    this.seed = seed;
  }

  void beginCycle() {
    cycles++;
  }

  void addLoad(Load load) {
    searches += load.searches();
    overloads += load.overloads();
  }

  void addLedger(Ledger ledger, Survival survival) {
    firmWrites += ledger.acknowledgedWrites(survival, Promise.FIRM);
    firmPoints += ledger.acknowledgedPoints(survival, Promise.FIRM);
    softWrites += ledger.acknowledgedWrites(survival, Promise.SUFFIX);
    looseWrites += ledger.acknowledgedWrites(survival, Promise.LOOSE);
    unanswered += ledger.unanswered();
  }

  void countStrikeDuringRecovery() {
    strikesDuringRecovery++;
  }

  void addRestart(Duration duration) {
    restartMillis.add(duration.toMillis());
  }

  void addPoints(long points) {
    pointsCompared += points;
  }

  void addInspection(Inspector inspector) {
    sought += inspector.sought();
    found += inspector.found();
  }

  /// Counts the merges that a server's log tells of, over all its lives.
  void addLog(String log) {
    mergesBegun += log.lines().filter(line -> line.contains("merging ")).count();
    mergesFinished += log.lines().filter(line -> line.contains("merged ")).count();
  }

  void add(Verdict verdict) {
    verdicts.merge(verdict);
  }

  int cycles() {
    return cycles;
  }

  /// Writes that were acknowledged and had to survive.
  long firmWrites() {
    return firmWrites;
  }

  /// Merges of sealed segments that came to their end.
  long mergesFinished() {
    return mergesFinished;
  }

  /// Writes that were never answered.
  long unanswered() {
    return unanswered;
  }

  /// Acknowledged writes that were lost and whose durability allowed it.
  long releasedWrites() {
    return verdicts.releasedWrites();
  }

  /// How many of the points sought by their own vectors through the index were found.
  double selfRecall() {
    return sought == 0 ? 1 : (double) found / sought;
  }

  /// The figures as a table of one line, with its head.
  String table() {
    List<Long> restarts = new ArrayList<>(restartMillis);
    Collections.sort(restarts);
    return """
    | campaign | seed | cycles | blows in recovery | acknowledged writes | points in them | may-lose-a-suffix / MEMORY writes | lost of those | unanswered | applied / without trace | lost | phantoms | torn | holes | corrupt | versions | sessions | answers | invariants | points compared | searches | found by own vector | overloads | merges / cut off | restart ms median / max |
    |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
    | %s | %d | %d | %d | %,d | %,d | %,d / %,d | %,d | %,d | %,d / %,d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %,d | %,d | %.4f | %,d | %,d / %,d | %,d / %,d |
    """
        .formatted(
            name,
            seed,
            cycles,
            strikesDuringRecovery,
            firmWrites,
            firmPoints,
            softWrites,
            looseWrites,
            verdicts.releasedWrites(),
            unanswered,
            verdicts.unknownApplied(),
            verdicts.unknownDropped(),
            verdicts.count(Verdict.Kind.LOST),
            verdicts.count(Verdict.Kind.PHANTOM),
            verdicts.count(Verdict.Kind.TORN),
            verdicts.count(Verdict.Kind.HOLE),
            verdicts.count(Verdict.Kind.CORRUPT),
            verdicts.count(Verdict.Kind.VERSION),
            verdicts.count(Verdict.Kind.SESSION),
            verdicts.count(Verdict.Kind.ANSWER),
            verdicts.count(Verdict.Kind.INVARIANT),
            pointsCompared,
            searches,
            selfRecall(),
            overloads,
            mergesFinished,
            mergesBegun - mergesFinished,
            restarts.isEmpty() ? 0 : restarts.get(restarts.size() / 2),
            restarts.isEmpty() ? 0 : restarts.getLast());
  }
}
