package dev.kith.server.collection;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.trial.IndexTrial;
import java.io.IOException;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Chooses the index of one collection by trials on its rows, if its policy is to. Thread-safe.
///
/// A trial is due when there are as many live points as [AutoIndex#nextTrialPoints] says, and when
/// an optimization asks, unless nothing was written since the last. What it decides is stored with
/// its reasons together with the definition that follows from it, so that a restart does not repeat
/// it. One that fails or is cut short leaves the index as it is until the next is due; a restart
/// forgets that it was.
///
/// A trial holds the segments that it reads, so that they outlive their replacement, and no lock.
final class AutoPilot {
  private static final double RECALL = 0.95;

  private static final System.Logger LOG = System.getLogger(AutoPilot.class.getName());

  private final CollectionContext context;
  private final SpecHolder holder;
  private final CollectionWriter writer;
  private final Segments segments;
  private final Definer definer;

  /// The trial that waits or runs.
  private @Nullable Run running;

  /// The last trial since start and since the policy became to choose.
  private volatile @Nullable Attempt last;

  AutoPilot(
      CollectionContext context,
      SpecHolder holder,
      CollectionWriter writer,
      Segments segments,
      Definer definer) {
    this.context = context;
    this.holder = holder;
    this.writer = writer;
    this.segments = segments;
    this.definer = definer;
  }

  /// A trial that began, whatever came of it.
  ///
  /// @param asked the policy then
  /// @param points live points then
  private record Attempt(AutoIndex asked, long points) {}

  private static final class Run {
    private final int threads;
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private volatile boolean cancelled;

    Run(int threads) {
      this.threads = threads;
    }
  }

  /// The index that the collection wants now.
  IndexSpec index() {
    return holder.get().index();
  }

  private Optional<AutoIndex> wanted() {
    return segments.isClosed() ? Optional.empty() : holder.get().auto();
  }

  /// Starts a trial in the background if one is due. For any thread, after every group of writes:
  /// cheap where none is.
  void consider() {
    Optional<AutoIndex> asked = wanted();
    if (asked.isEmpty()) {
      last = null; // If it is to choose again, it is to try again.
    } else if (writer.progress().points() >= AutoIndex.nextTrialPoints(tried(asked.get()))) {
      startUnlessRunning(1);
    }
  }

  /// Live points of the last trial, 0 before the first.
  private long tried(AutoIndex asked) {
    Attempt attempt = last;
    long begun = attempt != null && attempt.asked().equals(asked) ? attempt.points() : 0;
    return Math.max(
        begun, holder.definition().choice().map(choice -> choice.verdict().rows()).orElse(0L));
  }

  /// Completes once there is nothing left to try, after one more trial if anything was written
  /// since the last that decided something.
  CompletableFuture<Boolean> settle() {
    CollectionWriter.Progress now = writer.progress();
    boolean isNews =
        holder.definition().choice().map(choice -> choice.lsn() != now.lsn()).orElse(true);
    if (wanted().isPresent() && isNews && now.points() >= AutoIndex.LEAST_POINTS) {
      startUnlessRunning(context.engine().linkers().threadCount());
    }
    synchronized (this) {
      return running == null ? CompletableFuture.completedFuture(true) : running.ended.copy();
    }
  }

  /// Stops the trial that may be under way at its next step.
  synchronized void cancel() {
    if (running != null) {
      running.cancelled = true;
    }
  }

  private synchronized void startUnlessRunning(int threads) {
    if (running == null) {
      Run run = new Run(threads);
      if (context.engine().trials().add(() -> run(run))) {
        running = run;
      }
    }
  }

  private void run(Run run) {
    try {
      wanted().ifPresent(asked -> attempt(asked, run));
    } finally {
      synchronized (this) {
        running = null;
      }
      run.ended.complete(true);
      consider(); // What was asked for, or how much there is, may have changed meanwhile.
    }
  }

  private void attempt(AutoIndex asked, Run run) {
    CollectionWriter.Progress now = writer.progress();
    last = new Attempt(asked, now.points());
    List<HeldSegment> held = segments.current().stream().filter(HeldSegment::tryHold).toList();
    try {
      decide(asked, run, held, now.lsn());
    } catch (CancellationException | InterruptedException stopped) {
      LOG.log(INFO, "a trial of indexes for collection {0} was stopped", context.number());
    } catch (IOException | RuntimeException failure) {
      LOG.log(
          WARNING,
          "a trial of indexes failed; collection %d stays as it is".formatted(context.number()),
          failure);
    } finally {
      held.forEach(HeldSegment::release);
      context.files().removeTrial(segments.isClosed());
    }
  }

  private void decide(AutoIndex asked, Run run, List<HeldSegment> held, long lsn)
      throws InterruptedException, IOException {
    Runnable step = () -> requireWanted(asked, run);
    step.run();
    context.engine().gate().check(0);
    Path folder = context.files().createTrial();
    long seed = context.number();
    IndexTrial.Verdict verdict =
        context
            .engine()
            .trials()
            .trial()
            .run(
                held.stream().map(HeldSegment::reader).toList(),
                new IndexTrial.Conditions(RECALL, asked.memory(), seed),
                run.threads,
                folder,
                step);
    IndexChoice choice =
        new IndexChoice(
            verdict,
            seed,
            lsn,
            context.engine().config().clock().instant().truncatedTo(ChronoUnit.MILLIS));
    definer.change(
        now -> {
          requireWanted(asked, run);
          return new Definition(now.spec().withIndex(verdict.index()), Optional.of(choice));
        });
    LOG.log(
        INFO,
        "the index of collection {0} is {1}: {2}",
        context.number(),
        verdict.index(),
        verdict.reason());
  }

  private void requireWanted(AutoIndex asked, Run run) {
    if (run.cancelled
        || context.engine().trials().isClosed()
        || !wanted().equals(Optional.of(asked))) {
      throw new CancellationException("nobody wants to know any more");
    }
  }
}
