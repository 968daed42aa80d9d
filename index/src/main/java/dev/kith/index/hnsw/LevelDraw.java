package dev.kith.index.hnsw;

/// Draws the highest level of a node: geometric with ratio `1 / m`, as in Malkov & Yashunin (mL = 1
/// / ln m).
///
/// The draw is a pure function of seed and ordinal, so it does not depend on which thread links
/// which node, and the memory of all upper levels is known before the first node is linked.
final class LevelDraw {

  /// Beyond any level that can occur: with `m` = 2, level 30 has one node in a billion.
  static final int MAX_LEVEL = 30;

  private final long seed;
  private final double scale;
  private final double level1;

  LevelDraw(HnswParams params) {
    this.seed = params.seed();
    this.scale = 1 / Math.log(params.m());
    this.level1 = 1.0 / params.m();
  }

  int level(int ordinal) {
    // The 53 high bits make a uniform double in (0, 1].
    double uniform = ((mix(seed + (ordinal + 1) * 0x9E37_79B9_7F4A_7C15L) >>> 11) + 1) * 0x1.0p-53;
    if (uniform > level1) {
      return 0; // Most nodes, spared the logarithm.
    }
    return (int) Math.min(MAX_LEVEL, -Math.log(uniform) * scale);
  }

  /// The finaliser of SplitMix64 (Steele, Lea & Flood, 2014).
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ (mixed >>> 31);
  }
}
