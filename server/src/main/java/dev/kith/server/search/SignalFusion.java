package dev.kith.server.search;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.Scores;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.rank.Fusion;
import dev.kith.index.store.VectorRows;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.filter.FieldPath;
import dev.kith.server.filter.FieldReader;
import dev.kith.server.filter.Value;
import dev.kith.server.search.SearchAnswer.RankScale;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Orders candidates by several of their scores, combined.
final class SignalFusion implements ListStage {

  /// Payloads read before it is asked whether the caller is still there.
  private static final int READ_AT_ONCE = 128;

  private final Ranking.Fused asked;

  SignalFusion(Ranking.Fused asked) {
    this.asked = asked;
  }

  @Override
  public String name() {
    return "fusion";
  }

  @Override
  public int candidates() {
    return asked.candidates();
  }

  @Override
  public void apply(MergedList list, ListContext context) {
    List<Candidate> candidates = list.candidates();
    List<Fusion.Signal> signals = new ArrayList<>();
    for (Ranking.Signal signal : asked.signals()) {
      float[] values = values(signal.source(), candidates, context);
      if (signal.isLowerBetter()) {
        for (int i = 0; i < values.length; i++) {
          values[i] = -values[i];
        }
      }
      signals.add(new Fusion.Signal(values, signal.weight(), signal.temperature()));
    }
    double[] fused = Fusion.scores(asked.method(), signals, candidates.size());
    for (int i = 0; i < fused.length; i++) {
      candidates.get(i).fused = fused[i];
      candidates.get(i).rankScore = fused[i];
    }
    // Stable: of equally good ones the nearer comes first.
    list.keep(
        candidates.stream()
            .sorted(Comparator.comparingDouble((Candidate each) -> each.fused).reversed())
            .toList());
    list.scale =
        switch (asked.method()) {
          case Fusion.Method.Mixture _ -> RankScale.LOG_MIXTURE;
          case Fusion.Method.ReciprocalRank _ -> RankScale.RECIPROCAL_RANK;
        };
  }

  private static float[] values(
      Ranking.Source source, List<Candidate> candidates, ListContext context) {
    return switch (source) {
      case Ranking.Source.Own() -> {
        float[] scores = new float[candidates.size()];
        for (int i = 0; i < scores.length; i++) {
          scores[i] = candidates.get(i).score;
        }
        yield scores;
      }
      case Ranking.Source.ForVector(MemorySegment vector) -> scores(vector, candidates, context);
      case Ranking.Source.Field(FieldPath path) -> numbers(path, candidates, context);
      case Ranking.Source.Given(List<PointId> ids, float[] scores) ->
          given(ids, scores, candidates, context.snapshot());
    };
  }

  /// Scores of the candidates for a vector, by whole vectors.
  private static float[] scores(
      MemorySegment vector, List<Candidate> candidates, ListContext context) {
    VectorSpace space = context.query().space();
    float[] scores = new float[candidates.size()];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(VectorRows.strideBytes(space), VectorRows.ALIGNMENT);
      VectorRows query = VectorRows.map(space, memory, 1);
      query.set(0, vector, 0);
      F32Scorer scorer = new F32Scorer();
      int[] ordinals = new int[scores.length];
      int[] places = new int[scores.length];
      float[] found = new float[scores.length];
      for (int segment = 0; segment < context.segments().size(); segment++) {
        int count = 0;
        for (int i = 0; i < scores.length; i++) {
          if (candidates.get(i).segment == segment) {
            places[count] = i;
            ordinals[count++] = candidates.get(i).ordinal;
          }
        }
        SegmentReader reader = context.segments().get(segment);
        if (count > 0) {
          scorer.bind(reader.rows(), query, 0).score(ordinals, count, found);
        }
        for (int i = 0; i < count; i++) {
          scores[places[i]] = Scores.external(space.metric(), found[i]);
        }
      }
    }
    return scores;
  }

  private static float[] numbers(FieldPath path, List<Candidate> candidates, ListContext context) {
    FieldReader reader = new FieldReader(context.snapshot(), path);
    float[] numbers = new float[candidates.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (i % READ_AT_ONCE == 0) {
        context.requireCaller();
      }
      numbers[i] = largest(reader.values(candidates.get(i).row));
    }
    return numbers;
  }

  /// The largest number among the values that a float can hold, NaN if there is none.
  private static float largest(List<Value> values) {
    float largest = Float.NaN;
    for (Value value : values) {
      float number =
          switch (value) {
            case Value.Whole(long whole) -> whole;
            case Value.Real(double real) ->
                (float) Math.clamp(real, -Float.MAX_VALUE, Float.MAX_VALUE);
            case Value.Text _, Value.Flag _ -> Float.NaN;
          };
      largest = Float.isNaN(largest) || number > largest ? number : largest;
    }
    return largest;
  }

  private static float[] given(
      List<PointId> ids, float[] scores, List<Candidate> candidates, SearchSnapshot snapshot) {
    Map<Long, Float> known = new HashMap<>();
    long[] rows = snapshot.rowOfEach(ids);
    for (int i = 0; i < rows.length; i++) {
      known.put(rows[i], scores[i]);
    }
    float[] values = new float[candidates.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = known.getOrDefault(candidates.get(i).row, Float.NaN);
    }
    return values;
  }

  @Override
  public String describe() {
    return ", %s of %d signal%s over %d"
        .formatted(
            switch (asked.method()) {
              case Fusion.Method.Mixture _ -> "mixture";
              case Fusion.Method.ReciprocalRank(double constant) ->
                  "reciprocal ranks from %s".formatted(constant);
            },
            asked.signals().size(),
            asked.signals().size() == 1 ? "" : "s",
            asked.candidates());
  }
}
