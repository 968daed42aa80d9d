package dev.kith.bench.relevance;

import dev.kith.index.relevance.OutlierProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// What the base looks like.
final class Profiles {

  private Profiles() {}

  /// Makes one for each trial.
  ///
  /// @param progress told in a line what is being done
  static List<OutlierProfile> of(List<Trial> trials, Neighbors neighbors, Consumer<String> progress)
      throws InterruptedException {
    List<OutlierProfile> profiles = new ArrayList<>();
    progress.accept("making outlier profiles");
    for (Trial trial : trials) {
      Sample sample = trial.sample();
      int rows = sample.dataset().base().rows();
      int[] some = draw(rows, OutlierProfile.enough(sample.dataset().space().dimension()), trial);
      profiles.add(
          OutlierProfile.fit(
              neighbors.points(), some, trial.seed(), sample.settings().threads(), () -> {}));
    }
    return profiles;
  }

  /// Different rows (Fisher and Yates, as far as they are needed).
  private static int[] draw(int rows, int most, Trial trial) {
    SplittableRandom random = new SplittableRandom(trial.seed());
    int[] order = new int[rows];
    for (int i = 0; i < rows; i++) {
      order[i] = i;
    }
    int[] drawn = new int[Math.min(rows, most)];
    for (int i = 0; i < drawn.length; i++) {
      int j = random.nextInt(i, rows);
      drawn[i] = order[j];
      order[j] = order[i];
    }
    return drawn;
  }
}
