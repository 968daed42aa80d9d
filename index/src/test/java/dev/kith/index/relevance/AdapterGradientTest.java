package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class AdapterGradientTest {

  static Stream<Arguments> adapters() {
    return Stream.of(AdapterForm.values())
        .flatMap(
            form -> Stream.of(AdapterInputs.values()).map(inputs -> Arguments.of(form, inputs)));
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void gradientsAreWhatTheLossChangesByWithEveryWeight_seed1(
      AdapterForm form, AdapterInputs inputs) {
    Random random = new Random(1);
    CosineAdapter adapter = RelevanceModelTest.adapter(random, form, inputs, 5);
    List<JudgedList> lists = lists(random);
    AdapterGradient gradient = new AdapterGradient(adapter);
    gradient.clear();
    lists.forEach(list -> gradient.add(list, 0, 1, 0));
    float[] slopes = gradient.mean().clone();
    float[] weights = adapter.network().weights();
    for (int i = 0; i < weights.length; i++) {
      float weight = weights[i];
      float stride = 2e-3f;
      weights[i] = weight + stride;
      double above = loss(adapter, lists);
      weights[i] = weight - stride;
      double below = loss(adapter, lists);
      weights[i] = weight;
      double expected = (above - below) / (2 * stride);
      assertEquals(expected, slopes[i], 2e-4 + 0.01 * Math.abs(expected), "weight " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void everySoManiethCandidateStandsForAllOnAverage_seed2(AdapterForm form, AdapterInputs inputs) {
    Random random = new Random(2);
    CosineAdapter adapter = RelevanceModelTest.adapter(random, form, inputs, 5);
    JudgedList list = lists(random).getFirst();
    double[] all = sum(adapter, list, 1, 0);
    double[] some = new double[all.length];
    for (int phase = 0; phase < 3; phase++) {
      double[] part = sum(adapter, list, 3, phase);
      for (int i = 0; i < some.length; i++) {
        some[i] += part[i] / 3;
      }
    }
    for (int i = 0; i < all.length; i++) {
      assertEquals(all[i], some[i], 1e-4 + 1e-3 * Math.abs(all[i]), "weight " + i);
    }
  }

  /// The gradient summed over pairs; there are as many in every phase, as grades show.
  private static double[] sum(CosineAdapter adapter, JudgedList list, int stride, int phase) {
    AdapterGradient gradient = new AdapterGradient(adapter);
    gradient.clear();
    gradient.add(list, 2, stride, phase);
    float[] mean = gradient.mean();
    int sure = 0;
    int others = 0;
    for (int i = 0; i < list.size(); i++) {
      if (list.isJudged(i)) {
        if (i < 2 || list.grade(i) > 0) {
          sure++;
        } else if ((i - 2) % stride == phase) {
          others++;
        }
      }
    }
    double[] sum = new double[mean.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = mean[i] * (sure + (double) stride * others);
    }
    return sum;
  }

  /// Some relevant, some in part, some unknown, and clicks that count for more than one.
  private static List<JudgedList> lists(Random random) {
    List<JudgedList> lists = new ArrayList<>();
    for (int n = 0; n < 4; n++) {
      float[] grades = new float[20];
      for (int i = 0; i < grades.length; i++) {
        grades[i] =
            switch (random.nextInt(6)) {
              case 0 -> 1;
              case 1 -> random.nextFloat();
              case 2 -> Float.NaN;
              case 3 -> 1.5f;
              default -> 0;
            };
      }
      lists.add(
          new JudgedList(Judged.vector(random, 5), Judged.descending(random, 20, 1), grades, 0));
    }
    return lists;
  }

  /// The mean cross-entropy, in doubles from the definition.
  private static double loss(CosineAdapter adapter, List<JudgedList> lists) {
    double loss = 0;
    int pairs = 0;
    for (JudgedList list : lists) {
      float[] input = new float[adapter.network().inputs()];
      float[] units = new float[adapter.hiddenUnits()];
      CosineAdapter.Standard axis =
          adapter.describe(list.query(), list.scores(), list.size(), input);
      adapter.network().activate(input, units);
      double a = Math.log1p(Math.exp(adapter.network().output(0, units)));
      double b = adapter.network().output(1, units);
      double k =
          switch (adapter.form()) {
            case LINEAR -> 1;
            case SQRT -> 0.5;
            case QUADRATIC -> 2;
            case POWER -> 2 / (1 + Math.exp(-adapter.network().output(2, units)));
          };
      for (int i = 0; i < list.size(); i++) {
        if (list.isJudged(i)) {
          double x = axis.of(list.scores()[i]);
          double f = a * Math.signum(x) * Math.pow(Math.abs(x), k) + b;
          loss += list.grade(i) * Math.log1p(Math.exp(-f));
          loss += (1 - list.grade(i)) * Math.log1p(Math.exp(f));
          pairs++;
        }
      }
    }
    return loss / pairs;
  }
}
