package dev.kith.bench.crash;

import dev.kith.proto.v1.Durability;

/// What struck the server, and so what each durability promised to survive.
enum Survival {
  /// The server stopped in its own time: everything acknowledged stays.
  STOP,
  /// The process was killed: what the operating system had stays.
  KILL,
  /// The machine lost its power: what the disk had stays.
  POWER_CUT;

  enum Promise {
    /// Stays.
    FIRM,
    /// May go, but only together with everything acknowledged after it.
    SUFFIX,
    /// May go, whole.
    LOOSE
  }

  Promise promise(Durability durability) {
    return switch (durability) {
      case DURABILITY_DISK -> Promise.FIRM;
      case DURABILITY_OS -> this == POWER_CUT ? Promise.SUFFIX : Promise.FIRM;
      case DURABILITY_MEMORY -> this == STOP ? Promise.FIRM : Promise.LOOSE;
      case DURABILITY_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("the proof always names a durability: " + durability);
    };
  }
}
