package dev.kith.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// A bar on the standard error for work that takes longer than a second; silent where nobody looks.
final class Progress implements AutoCloseable {
  private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

  private final long start = System.nanoTime();
  private final boolean seen = isTerminal();
  private @Nullable ProgressBar bar;
  private String task = "";

  /// Says where the work stands; the bar works out speed and time left.
  ///
  /// @param total -1 if unknown
  void at(String newTask, long done, long total) {
    at(newTask, done, total, null);
  }

  /// Says where the work stands.
  ///
  /// @param total -1 if unknown
  /// @param speed speed and time left in words, for work that began before this bar; null if the
  ///   bar is to work them out
  void at(String newTask, long done, long total, @Nullable String speed) {
    if (!seen || System.nanoTime() - start < QUIET_NANOS) {
      return;
    }
    if (bar != null && !task.equals(newTask)) {
      bar.close();
      bar = null;
    }
    ProgressBar shown = bar;
    if (shown == null) {
      ProgressBarBuilder builder =
          new ProgressBarBuilder()
              .setTaskName(newTask)
              .setInitialMax(total)
              .setUpdateIntervalMillis(200)
              .setStyle(ProgressBarStyle.ASCII);
      shown = (speed == null ? builder.showSpeed() : builder.hideEta()).build();
      bar = shown;
      task = newTask;
    }
    shown.maxHint(total);
    if (speed != null) {
      shown.setExtraMessage(speed.isEmpty() ? "" : " " + speed);
    }
    shown.stepTo(done);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  private static boolean isTerminal() {
    Path standardError = Path.of("/proc/self/fd/2");
    try {
      String target = Files.readSymbolicLink(standardError).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException notLinux) {
      // The JDK only tells of the standard input and output; close enough elsewhere.
      return Objects.requireNonNull(System.console()).isTerminal();
    }
  }
}
