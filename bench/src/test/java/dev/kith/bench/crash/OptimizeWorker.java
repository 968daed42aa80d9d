package dev.kith.bench.crash;

import dev.kith.proto.v1.CancelOptimizationRequest;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/// Asks for optimizations now and then, so that segments are sealed at odd sizes and moments, and
/// cancels some of them.
final class OptimizeWorker implements Load.Worker {
  private static final int LONGEST_PAUSE_MILLIS = 800;

  private final List<Ledger> ledgers;

  OptimizeWorker(List<Ledger> ledgers) {
    this.ledgers = List.copyOf(ledgers);
  }

  @Override
  public void work(Load load, Random random) {
    for (int left = random.nextInt(LONGEST_PAUSE_MILLIS); left > 0 && !load.isOver(); left -= 20) {
      Pace.pauseMillis(20);
    }
    if (load.isOver()) {
      return;
    }
    Ledger ledger = ledgers.get(random.nextInt(ledgers.size()));
    Iterator<OptimizeCollectionResponse> progress =
        load.connection()
            .collections()
            .optimizeCollection(
                OptimizeCollectionRequest.newBuilder().setName(ledger.collection()).build());
    boolean cancels = random.nextInt(4) == 0;
    boolean done = false;
    while (progress.hasNext()) {
      OptimizeCollectionResponse step = progress.next();
      done = step.getDone();
      if (cancels && !done) {
        cancels = false;
        cancel(load, ledger);
      }
      if (step.getCompletedPoints() > step.getTotalPoints()) {
        ledger.report(Verdict.Kind.ANSWER, "an optimization is beyond its end: " + step);
      }
    }
    if (!done) {
      ledger.report(Verdict.Kind.ANSWER, "an optimization ended without saying that it is done");
    }
  }

  private static void cancel(Load load, Ledger ledger) {
    load.connection()
        .collections()
        .cancelOptimization(
            CancelOptimizationRequest.newBuilder().setName(ledger.collection()).build());
  }
}
