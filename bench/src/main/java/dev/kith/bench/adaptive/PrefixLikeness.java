package dev.kith.bench.adaptive;

import java.util.List;

/// How alike prefixes of some embeddings and the whole ones tell which of them are near each other:
/// the squared difference of the cosines of two by their first coordinates and by all of them, the
/// mean over all ordered pairs (of one with itself, too, where it is none), summed over widths.
final class PrefixLikeness {

  /// What a length of zero is taken for.
  private static final float SHORTEST = 1e-12f;

  private PrefixLikeness() {}

  /// Adds the gradient by every coordinate.
  ///
  /// @param widths of prefixes, ascending, the last one is all coordinates
  /// @param weight of the loss
  /// @param gradients to which is added
  /// @return the loss
  static double addGradient(
      float[][] embeddings, List<Integer> widths, double weight, float[][] gradients) {
    int count = embeddings.length;
    Directions whole = Directions.of(embeddings, widths.getLast());
    float[][] ofWhole = new float[count][widths.getLast()];
    double squares = 0;
    float slope = (float) (4 * weight / count / count); // Twice: (i, j) and (j, i) are pairs.
    for (int width : widths.subList(0, widths.size() - 1)) {
      Directions narrow = Directions.of(embeddings, width);
      float[][] ofNarrow = new float[count][width];
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < i; j++) {
          float off = narrow.cosine(i, j) - whole.cosine(i, j);
          squares += 2 * (double) off * off;
          narrow.add(slope * off, i, j, ofNarrow);
          whole.add(-slope * off, i, j, ofWhole);
        }
      }
      narrow.addGradient(ofNarrow, gradients);
    }
    whole.addGradient(ofWhole, gradients);
    return weight * squares / count / count;
  }

  /// Prefixes of length one, and how long they were.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Directions(float[][] units, float[] lengths) {

    static Directions of(float[][] embeddings, int width) {
      float[][] units = new float[embeddings.length][width];
      float[] lengths = new float[embeddings.length];
      for (int i = 0; i < embeddings.length; i++) {
        float[] embedding = embeddings[i];
        float squares = 0;
        for (int o = 0; o < width; o++) {
          squares += embedding[o] * embedding[o];
        }
        lengths[i] = Math.max(SHORTEST, (float) Math.sqrt(squares));
        for (int o = 0; o < width; o++) {
          units[i][o] = embedding[o] / lengths[i];
        }
      }
      return new Directions(units, lengths);
    }

    /// In eight sums side by side, which a compiler can keep in one register.
    float cosine(int i, int j) {
      float[] one = units[i];
      float[] other = units[j];
      float[] sums = new float[8];
      int o = 0;
      for (; o + 8 <= one.length; o += 8) {
        for (int lane = 0; lane < 8; lane++) {
          sums[lane] += one[o + lane] * other[o + lane];
        }
      }
      float sum = 0;
      for (float each : sums) {
        sum += each;
      }
      for (; o < one.length; o++) {
        sum += one[o] * other[o];
      }
      return sum;
    }

    /// Adds what a pair's cosine does for either, as if lengths stayed one.
    void add(float slope, int i, int j, float[][] ofUnits) {
      float[] one = units[i];
      float[] other = units[j];
      float[] ofOne = ofUnits[i];
      float[] ofOther = ofUnits[j];
      for (int o = 0; o < one.length; o++) {
        ofOne[o] += slope * other[o];
        ofOther[o] += slope * one[o];
      }
    }

    /// Adds what is at a right angle to each direction: its length does not matter.
    void addGradient(float[][] ofUnits, float[][] gradients) {
      for (int i = 0; i < units.length; i++) {
        float[] unit = units[i];
        float along = 0;
        for (int o = 0; o < unit.length; o++) {
          along += ofUnits[i][o] * unit[o];
        }
        for (int o = 0; o < unit.length; o++) {
          gradients[i][o] += (ofUnits[i][o] - along * unit[o]) / lengths[i];
        }
      }
    }
  }
}
