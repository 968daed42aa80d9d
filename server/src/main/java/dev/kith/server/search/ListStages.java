package dev.kith.server.search;

import dev.kith.index.plan.SearchPlan;
import dev.kith.server.collection.Collection;
import dev.kith.server.search.Ranking.Scope;
import dev.kith.server.search.SearchAnswer.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What one search does with its merged list, in order: relevance cuts, signals are combined,
/// diversity chooses. Shares among more than the hits are found before diversity chooses.
final class ListStages {
  private final List<ListStage> stages;
  private final int limit;
  private final Optional<ShareFinder> ofAll;

  private ListStages(List<ListStage> stages, int limit, Optional<ShareFinder> ofAll) {
    this.stages = List.copyOf(stages);
    this.limit = limit;
    this.ofAll = ofAll;
  }

  /// Prepares them.
  ///
  /// @param isTruncated whether the query has only some of the coordinates
  /// @throws dev.kith.server.refusal.RefusedException if there is no such model of relevance, or it
  ///   cannot do what is asked
  static ListStages of(Collection collection, SearchOptions options, boolean isTruncated) {
    Ranking ranking = options.ranking();
    int limit = options.limit();
    List<ListStage> stages = new ArrayList<>();
    ranking
        .relevance()
        .ifPresent(
            asked ->
                stages.add(RelevanceJudge.of(collection.relevance(), asked, limit, isTruncated)));
    ranking.fused().ifPresent(asked -> stages.add(new SignalFusion(asked)));
    Optional<ShareFinder> shares = ranking.shares().map(asked -> new ShareFinder(asked, limit));
    Optional<ShareFinder> ofHits = shares.filter(finder -> finder.scope() == Scope.RETURNED);
    Optional<ShareFinder> ofMore = shares.filter(finder -> finder.scope() != Scope.RETURNED);
    ofMore.ifPresent(stages::add);
    ranking.diverse().ifPresent(asked -> stages.add(new Diversifier(asked, limit)));
    ofHits.ifPresent(stages::add);
    return new ListStages(
        stages, limit, shares.filter(finder -> finder.scope() == Scope.COLLECTION));
  }

  /// Nearest points to look for: as many as hits are wanted, or as the stage that wants to see the
  /// most does.
  int candidates() {
    return Math.max(limit, stages.stream().mapToInt(ListStage::candidates).max().orElse(0));
  }

  /// Whether points count that are no candidates, however far.
  boolean countAll() {
    return ofAll.isPresent();
  }

  /// The plan, changed to sum up on the way what a stage would go the way once more for.
  SearchPlan summing(SearchPlan plan) {
    return ofAll.map(finder -> finder.summing(plan)).orElse(plan);
  }

  void apply(MergedList list, ListContext context) {
    stages.forEach(stage -> stage.apply(list, context));
  }

  /// The same, telling what each stage did.
  void explain(MergedList list, ListContext context, List<Stage> work) {
    for (ListStage stage : stages) {
      int in = list.size();
      long began = System.nanoTime();
      stage.apply(list, context);
      work.add(SearchRun.listStage(stage.name(), in, list.size(), System.nanoTime() - began));
    }
  }

  /// Says what is done, as the end of the line that says the plan.
  String describe() {
    return stages.stream().map(ListStage::describe).collect(Collectors.joining());
  }
}
