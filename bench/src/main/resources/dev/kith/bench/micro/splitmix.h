/* The numbers that benchmarks and the programs beside them both use: SplitMix64, because it is the
 * same few lines in both languages. */
#include <stdint.h>

static uint64_t state = 42;

static uint64_t next(void) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static float coordinate(void) { return (float)(next() >> 40) * 0x1p-24f - 0.5f; }
