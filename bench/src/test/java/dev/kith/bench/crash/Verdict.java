package dev.kith.bench.crash;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What the judge found wrong, and what it counted.
final class Verdict {

  enum Kind {
    /// An acknowledged write is gone.
    LOST,
    /// A point that was never written, or was deleted, is there.
    PHANTOM,
    /// A batch took effect in part.
    TORN,
    /// A vector or a payload is not what was written, bit for bit.
    CORRUPT,
    /// A version is not the LSN of its write, or LSNs do not ascend.
    VERSION,
    /// A write is gone though one acknowledged after it stayed.
    HOLE,
    /// The position of an ingest session disagrees with its batches.
    SESSION,
    /// An answer contradicts the contract or another answer.
    ANSWER,
    /// `VerifyCollection` names a violated invariant.
    INVARIANT
  }

  /// One thing that is wrong, in words.
  record Fault(Kind kind, String what) {
    @Override
    public String toString() {
      return kind + ": " + what;
    }
  }

  private final List<Fault> faults = new ArrayList<>();
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
  private int unknownApplied;
  private int unknownDropped;
  private int releasedWrites;

  void add(Kind kind, String what) {
    faults.add(new Fault(kind, what));
    counts.merge(kind, 1, Integer::sum);
  }

  void addAll(List<Fault> others) {
    others.forEach(fault -> add(fault.kind(), fault.what()));
  }

  /// Adds everything another verdict found and counted.
  void merge(Verdict other) {
    addAll(other.faults);
    unknownApplied += other.unknownApplied;
    unknownDropped += other.unknownDropped;
    releasedWrites += other.releasedWrites;
  }

  void countUnknown(boolean applied) {
    if (applied) {
      unknownApplied++;
    } else {
      unknownDropped++;
    }
  }

  void countReleased() {
    releasedWrites++;
  }

  List<Fault> faults() {
    return faults;
  }

  int count(Kind kind) {
    return counts.getOrDefault(kind, 0);
  }

  /// Unanswered upserts that turned out to be applied.
  int unknownApplied() {
    return unknownApplied;
  }

  /// Unanswered upserts of which there is no trace.
  int unknownDropped() {
    return unknownDropped;
  }

  /// Acknowledged writes that were lost and whose durability allowed it.
  int releasedWrites() {
    return releasedWrites;
  }
}
