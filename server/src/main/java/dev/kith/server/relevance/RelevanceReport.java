package dev.kith.server.relevance;

import dev.kith.index.relevance.JudgedList;
import dev.kith.index.relevance.Quality;
import java.util.List;

/// What judged queries say of several models.
///
/// @param qualities of the models, the one in question first
/// @param queries that judged them
/// @param pairs of a query and a judged candidate
/// @param relevantPairs among these
/// @param found share of what is relevant that is among the candidates; 0 if nothing is
public record RelevanceReport(
    List<Quality> qualities, long queries, long pairs, double relevantPairs, double found) {
  public RelevanceReport {
    qualities = List.copyOf(qualities);
  }

  static RelevanceReport of(List<Quality> qualities, List<JudgedList> lists) {
    double relevant = lists.stream().mapToDouble(JudgedList::relevant).sum();
    double missed = lists.stream().mapToDouble(JudgedList::missed).sum();
    return new RelevanceReport(
        qualities,
        lists.size(),
        lists.stream().mapToLong(JudgedList::judged).sum(),
        relevant,
        relevant == 0 ? 0 : relevant / (relevant + missed));
  }
}
