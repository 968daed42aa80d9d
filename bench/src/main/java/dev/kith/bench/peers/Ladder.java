package dev.kith.bench.peers;

import java.util.ArrayList;
import java.util.List;

/// Settings of ascending cost and recall, along which one knob is turned.
///
/// @param settings as a contender reads them, such as `ef=40` or `nprobe=8,k_factor=10`; the first
///   is the cheapest there is
record Ladder(List<String> settings) {
  private static final int LARGEST_EF = 1600;
  private static final int LARGEST_NPROBE = 1024;
  private static final int LARGEST_PATIENCE = 128;

  Ladder {
    settings = List.copyOf(settings);
    if (settings.isEmpty()) {
      throw new IllegalArgumentException("a ladder needs a rung");
    }
  }

  /// Widths of a graph's beam, from ten (as many as the hits wanted) to 1,600, four an octave.
  static Ladder ef() {
    List<String> settings = new ArrayList<>();
    for (int octave = 8; octave < LARGEST_EF; octave *= 2) {
      for (int quarter = 1; quarter <= 4; quarter++) {
        int ef = octave + quarter * octave / 4;
        if (ef >= 10 && ef < LARGEST_EF) {
          settings.add("ef=" + ef);
        }
      }
    }
    settings.add("ef=" + LARGEST_EF);
    return new Ladder(settings);
  }

  /// Inverted lists to visit, from one to 1,024 (all there are), two an octave.
  ///
  /// @param rest settings that stay the same, such as `,k_factor=10`, or nothing
  static Ladder nprobe(String rest) {
    return octaves("nprobe", LARGEST_NPROBE, rest);
  }

  /// Inverted lists that change nothing, from one to 128, two an octave, after which a search ends.
  ///
  /// @param rest settings that stay the same, such as `,rescore=10`, or nothing
  static Ladder patience(String rest) {
    return octaves("patience", LARGEST_PATIENCE, rest);
  }

  private static Ladder octaves(String knob, int largest, String rest) {
    List<String> settings = new ArrayList<>(List.of(knob + "=1" + rest));
    for (int octave = 2; octave <= largest; octave *= 2) {
      settings.add(knob + "=" + octave + rest);
      if (octave < largest) {
        settings.add(knob + "=" + octave * 3 / 2 + rest);
      }
    }
    return new Ladder(settings);
  }

  /// A setting of middling cost, to warm up with.
  String middle() {
    return settings.get(settings.size() / 3);
  }
}
