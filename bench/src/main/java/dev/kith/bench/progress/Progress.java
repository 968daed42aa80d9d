package dev.kith.bench.progress;

import java.io.Console;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// Shows how far a long task is, on standard error and only when that is a terminal. Thread-safe.
public final class Progress implements AutoCloseable {
  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /// Starts a task.
  ///
  /// @param task what is being done, in a few words
  /// @param total units of work; negative when nobody knows
  /// @param unit what one of them is called, such as ` vectors`
  public static Progress start(String task, long total, String unit) {
    if (!isWatched()) {
      return new Progress(null);
    }
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(unit, 1)
            .setUpdateIntervalMillis(200)
            .setStyle(ProgressBarStyle.ASCII)
            .clearDisplayOnFinish()
            .build());
  }

  /// Tells that `count` more units are done.
  public void step(long count) {
    if (bar != null) {
      bar.stepBy(count);
    }
  }

  /// Tells that `done` units are done in all; fewer than was told before are ignored.
  public void reach(long done) {
    if (bar != null) {
      synchronized (bar) {
        bar.stepTo(Math.max(bar.getCurrent(), done));
      }
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  private static boolean isWatched() {
    // Some JDKs have a console even when nobody looks at it, some have none then.
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }
}
