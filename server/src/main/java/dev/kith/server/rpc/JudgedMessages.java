package dev.kith.server.rpc;

import dev.kith.index.VectorSpace;
import dev.kith.proto.v1.JudgedQueries;
import dev.kith.proto.v1.Judgment;
import dev.kith.server.collection.PointId;
import dev.kith.server.relevance.JudgedQuery;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Reads judged queries from the wire.
final class JudgedMessages {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final float LEAST_PROPENSITY = 0.01f;

  private JudgedMessages() {}

  /// Reads the queries of a message with what was judged for them.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault; all or nothing
  static List<JudgedQuery> read(JudgedQueries message, VectorSpace space, PointIdMessages ids) {
    int rows = VectorMessages.rows("queries.vectors", message.getVectors(), space.dimension());
    MemorySegment vectors =
        VectorMessages.matrix("queries.vectors", message.getVectors(), space.dimension(), rows);
    List<Judged> judged = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      long offset = (long) row * space.dimension() * Float.BYTES;
      Coordinates.requireUsable("queries.vectors[%d]".formatted(row), vectors, offset, space);
      judged.add(new Judged());
    }
    for (int i = 0; i < message.getJudgmentsCount(); i++) {
      String field = "queries.judgments[%d]".formatted(i);
      Judgment judgment = message.getJudgments(i);
      long query = Integer.toUnsignedLong(judgment.getQuery());
      if (query >= rows) {
        throw Fields.invalid(
            field + ".query",
            "must be a row of the %d of this message, got %d".formatted(rows, query));
      }
      PointId point = ids.one(field + ".point", judgment.getPoint());
      if (!judged.get((int) query).points.add(point)) {
        throw Fields.invalid(
            field, "judges point %s for query %d once more".formatted(point, query));
      }
      judged.get((int) query).grades.add(grade(field, judgment));
    }
    List<JudgedQuery> queries = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      float[] vector = new float[space.dimension()];
      MemorySegment.copy(
          vectors, FLOAT, (long) row * vector.length * Float.BYTES, vector, 0, vector.length);
      queries.add(judged.get(row).of(vector));
    }
    return queries;
  }

  private static float grade(String field, Judgment judgment) {
    float grade = judgment.hasGrade() ? judgment.getGrade() : 1;
    if (!(grade >= 0 && grade <= 1)) {
      throw Fields.invalid(field + ".grade", "must be in [0, 1], got " + grade);
    }
    float propensity = judgment.hasPropensity() ? judgment.getPropensity() : 1;
    if (!(propensity >= LEAST_PROPENSITY && propensity <= 1)) {
      throw Fields.invalid(
          field + ".propensity",
          "must be in [%s, 1], got %s".formatted(LEAST_PROPENSITY, propensity));
    }
    return grade / propensity;
  }

  /// What was judged for one query, in the order of the message.
  private static final class Judged {
    private final Set<PointId> points = new LinkedHashSet<>();
    private final List<Float> grades = new ArrayList<>();

    JudgedQuery of(float[] vector) {
      float[] all = new float[grades.size()];
      for (int i = 0; i < all.length; i++) {
        all[i] = grades.get(i);
      }
      return new JudgedQuery(vector, List.copyOf(points), all);
    }
  }
}
