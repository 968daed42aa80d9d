package dev.kith.server.collection;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.trial.IndexTrial;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What a trial decided: record version 1, decided (milliseconds since 1970) 8, LSN 8, seed 8, rows
/// 8, sampled 4, local dimension 8, the index chosen as in [IndexCode], count of candidates 4, then
/// of each its index, queries a second 8, recall 8, bytes 8; reason in UTF-8 to the end. The
/// dimension and the figures of candidates are doubles.
final class ChoiceRecord {
  private static final int FIXED_BYTES = 48;
  private static final int FIGURE_BYTES = 24;

  /// A candidate takes at least a kind and its figures.
  private static final int LEAST_CANDIDATE_BYTES = 1 + FIGURE_BYTES;

  private ChoiceRecord() {}

  static byte[] encode(IndexChoice choice) {
    IndexTrial.Verdict verdict = choice.verdict();
    byte[] reason = verdict.reason().getBytes(StandardCharsets.UTF_8);
    int candidates =
        verdict.candidates().stream()
            .mapToInt(candidate -> IndexCode.bytes(candidate.index()) + FIGURE_BYTES)
            .sum();
    ByteBuffer out =
        Records.start(FIXED_BYTES + IndexCode.bytes(verdict.index()) + candidates + reason.length);
    out.putLong(choice.decided().toEpochMilli())
        .putLong(choice.lsn())
        .putLong(choice.seed())
        .putLong(verdict.rows())
        .putInt(verdict.sampled())
        .putDouble(verdict.localDimension());
    IndexCode.put(out, verdict.index(), 0);
    out.putInt(verdict.candidates().size());
    for (IndexTrial.Candidate candidate : verdict.candidates()) {
      IndexCode.put(out, candidate.index(), 0);
      out.putDouble(candidate.queriesPerSecond())
          .putDouble(candidate.recall())
          .putDouble(candidate.bytes());
    }
    return Records.bytes(out.put(reason));
  }

  static IndexChoice decode(byte[] value) {
    ByteBuffer in = Records.open("choice", value, FIXED_BYTES + 1);
    Instant decided = Instant.ofEpochMilli(in.getLong());
    long lsn = in.getLong();
    long seed = in.getLong();
    long rows = in.getLong();
    int sampled = in.getInt();
    double dimension = in.getDouble();
    try {
      IndexSpec index = IndexCode.get("choice", in, 0);
      List<IndexTrial.Candidate> candidates = candidates(in);
      String reason = StandardCharsets.UTF_8.decode(in).toString();
      return new IndexChoice(
          new IndexTrial.Verdict(index, candidates, rows, sampled, dimension, reason),
          seed,
          lsn,
          decided);
    } catch (IllegalArgumentException outOfRange) {
      throw Records.damaged("choice", "values in range", String.valueOf(outOfRange.getMessage()));
    }
  }

  private static List<IndexTrial.Candidate> candidates(ByteBuffer in) {
    int count = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (count < 0 || count > in.remaining() / LEAST_CANDIDATE_BYTES) {
      throw Records.damaged(
          "choice",
          "candidates of at least %d bytes".formatted(LEAST_CANDIDATE_BYTES),
          "%d in %d bytes".formatted(count, in.remaining()));
    }
    List<IndexTrial.Candidate> candidates = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      IndexSpec index = IndexCode.get("choice", in, 0);
      if (in.remaining() < FIGURE_BYTES) {
        throw Records.damaged("choice", FIGURE_BYTES + " bytes", in.remaining() + " bytes");
      }
      candidates.add(
          new IndexTrial.Candidate(index, in.getDouble(), in.getDouble(), in.getDouble()));
    }
    return candidates;
  }
}
