package dev.kith.server.relevance;

import dev.kith.index.relevance.JudgedList;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.search.CandidateSearch;
import dev.kith.server.search.CandidateSearch.Candidates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/// Looks for the candidates of judged queries, as searches will, and says what was judged of them.
final class JudgedLists {
  private JudgedLists() {}

  /// Makes a list of each query.
  ///
  /// @param candidates to look for
  /// @param unjudgedIsIrrelevant whether candidates that nobody judged are irrelevant; else unknown
  /// @throws CancellationException if the watch ends it
  static List<JudgedList> of(
      Collection collection,
      List<JudgedQuery> queries,
      int candidates,
      boolean unjudgedIsIrrelevant,
      TrainingWatch watch) {
    List<JudgedList> lists = new ArrayList<>(queries.size());
    try (CandidateSearch search = new CandidateSearch(collection, candidates)) {
      for (JudgedQuery query : queries) {
        watch.report(TrainingPhase.SEARCHING, lists.size(), queries.size());
        Candidates found = search.find(query.vector(), () -> false);
        lists.add(list(query, found, search.snapshot(), unjudgedIsIrrelevant));
      }
    }
    watch.report(TrainingPhase.SEARCHING, lists.size(), queries.size());
    return lists;
  }

  private static JudgedList list(
      JudgedQuery query, Candidates found, SearchSnapshot snapshot, boolean unjudgedIsIrrelevant) {
    Map<Long, Float> judged = new HashMap<>();
    double missed = 0;
    long[] rows = snapshot.rowOfEach(query.points());
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] == SearchSnapshot.NO_ROW) {
        missed += query.grades()[i]; // Deleted since it was judged.
      } else {
        judged.put(rows[i], query.grades()[i]);
      }
    }
    float[] grades = new float[found.rows().length];
    for (int i = 0; i < grades.length; i++) {
      Float grade = judged.remove(found.rows()[i]);
      grades[i] = grade != null ? grade : unjudgedIsIrrelevant ? 0 : Float.NaN;
    }
    for (float grade : judged.values()) {
      missed += grade;
    }
    return new JudgedList(found.query(), found.scores(), grades, missed);
  }
}
