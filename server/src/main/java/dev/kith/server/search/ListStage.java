package dev.kith.server.search;

/// A step of one search on its merged list. Made for the search; not thread-safe.
sealed interface ListStage permits RelevanceJudge, SignalFusion, Diversifier, ShareFinder {

  /// Its name in an explanation.
  String name();

  /// Nearest points that it wants to see.
  int candidates();

  /// Does it: drops candidates, puts them in another order, or says more of them.
  ///
  /// @throws AbandonedException if the caller has left
  void apply(MergedList list, ListContext context);

  /// Says what is done, as a part of the line that says the plan.
  String describe();
}
