/* The kernels of CodeBenchmark in C, timing themselves, for comparison.
 *
 *   gcc -O3 -march=native -ffast-math codes.c -o codes && ./codes DIMENSION ROWS
 *
 * prints one line per kernel: its name, the least nanoseconds per row (per block, for fastScan) of
 * many rounds, and the sum of its results over one round. Queries, rows and the order of visits are
 * those of the benchmark. Needs AVX2, FMA and F16C, and prints nothing without them. */
#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "splitmix.h"

enum { VISITS = 1024, BLOCK = 32 };

static inline float sum(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static inline int total(__m256i v) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xB1)));
}

static inline __m256 f16(const uint16_t *p) { return _mm256_cvtph_ps(_mm_load_si128((const __m128i *)p)); }

static inline __m256 bf16(const uint16_t *p) {
  return _mm256_castsi256_ps(
      _mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_load_si128((const __m128i *)p)), 16));
}

static inline __m256i i16(const int8_t *p) { return _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)p)); }

#define HALF_KERNELS(load)                                                                        \
  __attribute__((noinline)) static float load##Dot(const void *query, const void *row, long n) {  \
    const float *q = query;                                                                       \
    const uint16_t *r = row;                                                                      \
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;                                          \
    for (long i = 0; i < n; i += 32) {                                                            \
      a = _mm256_fmadd_ps(_mm256_load_ps(q + i), load(r + i), a);                                 \
      b = _mm256_fmadd_ps(_mm256_load_ps(q + i + 8), load(r + i + 8), b);                         \
      c = _mm256_fmadd_ps(_mm256_load_ps(q + i + 16), load(r + i + 16), c);                       \
      d = _mm256_fmadd_ps(_mm256_load_ps(q + i + 24), load(r + i + 24), d);                       \
    }                                                                                             \
    return sum(_mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d)));                          \
  }                                                                                               \
  __attribute__((noinline)) static float load##Dot4(                                              \
      const void *query, const void *const rows[4], long n) {                                     \
    const float *q = query;                                                                       \
    __m256 s[4] = {0}, t[4] = {0};                                                                \
    for (long i = 0; i < n; i += 16) {                                                            \
      __m256 x = _mm256_load_ps(q + i), y = _mm256_load_ps(q + i + 8);                            \
      for (int k = 0; k < 4; k++) {                                                               \
        s[k] = _mm256_fmadd_ps(x, load((const uint16_t *)rows[k] + i), s[k]);                     \
        t[k] = _mm256_fmadd_ps(y, load((const uint16_t *)rows[k] + i + 8), t[k]);                 \
      }                                                                                           \
    }                                                                                             \
    float all = 0;                                                                                \
    for (int k = 0; k < 4; k++) all += sum(_mm256_add_ps(s[k], t[k]));                            \
    return all;                                                                                   \
  }                                                                                               \
  __attribute__((noinline)) static float load##SquaredDistance4(                                  \
      const void *query, const void *const rows[4], long n) {                                     \
    const float *q = query;                                                                       \
    __m256 s[4] = {0}, t[4] = {0};                                                                \
    for (long i = 0; i < n; i += 16) {                                                            \
      __m256 x = _mm256_load_ps(q + i), y = _mm256_load_ps(q + i + 8);                            \
      for (int k = 0; k < 4; k++) {                                                               \
        __m256 u = _mm256_sub_ps(x, load((const uint16_t *)rows[k] + i));                         \
        __m256 v = _mm256_sub_ps(y, load((const uint16_t *)rows[k] + i + 8));                     \
        s[k] = _mm256_fmadd_ps(u, u, s[k]);                                                       \
        t[k] = _mm256_fmadd_ps(v, v, t[k]);                                                       \
      }                                                                                           \
    }                                                                                             \
    float all = 0;                                                                                \
    for (int k = 0; k < 4; k++) all += sum(_mm256_add_ps(s[k], t[k]));                            \
    return all;                                                                                   \
  }

HALF_KERNELS(f16)
HALF_KERNELS(bf16)

__attribute__((noinline)) static float int8Dot(const void *query, const void *row, long n) {
  const int8_t *q = query, *r = row;
  __m256i a = _mm256_setzero_si256(), b = a;
  for (long i = 0; i < n; i += 32) {
    a = _mm256_add_epi32(a, _mm256_madd_epi16(i16(q + i), i16(r + i)));
    b = _mm256_add_epi32(b, _mm256_madd_epi16(i16(q + i + 16), i16(r + i + 16)));
  }
  return total(_mm256_add_epi32(a, b));
}

__attribute__((noinline)) static float int8Dot4(
    const void *query, const void *const rows[4], long n) {
  const int8_t *q = query;
  __m256i s[4] = {0};
  for (long i = 0; i < n; i += 16) {
    __m256i x = i16(q + i);
    for (int k = 0; k < 4; k++)
      s[k] = _mm256_add_epi32(s[k], _mm256_madd_epi16(x, i16((const int8_t *)rows[k] + i)));
  }
  float all = 0;
  for (int k = 0; k < 4; k++) all += total(s[k]);
  return all;
}

__attribute__((noinline)) static float int8SquaredDistance4(
    const void *query, const void *const rows[4], long n) {
  const int8_t *q = query;
  __m256i s[4] = {0};
  for (long i = 0; i < n; i += 16) {
    __m256i x = i16(q + i);
    for (int k = 0; k < 4; k++) {
      __m256i d = _mm256_sub_epi16(x, i16((const int8_t *)rows[k] + i));
      s[k] = _mm256_add_epi32(s[k], _mm256_madd_epi16(d, d));
    }
  }
  float all = 0;
  for (int k = 0; k < 4; k++) all += total(s[k]);
  return all;
}

__attribute__((noinline)) static float differing4(
    const void *query, const void *const rows[4], long n) {
  const uint64_t *q = query;
  long s[4] = {0};
  for (long i = 0; i < n / 64; i++)
    for (int k = 0; k < 4; k++)
      s[k] += __builtin_popcountll(q[i] ^ ((const uint64_t *)rows[k])[i]);
  return s[0] + s[1] + s[2] + s[3];
}

/* Two lookups of 16 bytes side by side in one register; see kernel.FastScan for the block. */
static float estimates[BLOCK];

__attribute__((noinline)) static float fastScan(const void *table, const void *block, long lookups) {
  const uint8_t *codes = (const uint8_t *)block + 2 * BLOCK * sizeof(float);
  const __m256i low4 = _mm256_set1_epi8(15);
  __m256i all0 = _mm256_setzero_si256(), odd0 = all0, all1 = all0, odd1 = all0;
  for (long i = 0; i < lookups; i += 4) {
    __m256i t = _mm256_load_si256((const __m256i *)((const uint8_t *)table + 16 * i));
    __m256i u = _mm256_load_si256((const __m256i *)((const uint8_t *)table + 16 * i + 32));
    __m256i c = _mm256_load_si256((const __m256i *)(codes + 16 * i));
    __m256i d = _mm256_load_si256((const __m256i *)(codes + 16 * i + 32));
    __m256i low = _mm256_add_epi8(
        _mm256_shuffle_epi8(t, _mm256_and_si256(c, low4)),
        _mm256_shuffle_epi8(u, _mm256_and_si256(d, low4)));
    __m256i high = _mm256_add_epi8(
        _mm256_shuffle_epi8(t, _mm256_and_si256(_mm256_srli_epi16(c, 4), low4)),
        _mm256_shuffle_epi8(u, _mm256_and_si256(_mm256_srli_epi16(d, 4), low4)));
    all0 = _mm256_add_epi16(all0, low);
    odd0 = _mm256_add_epi16(odd0, _mm256_srli_epi16(low, 8));
    all1 = _mm256_add_epi16(all1, high);
    odd1 = _mm256_add_epi16(odd1, _mm256_srli_epi16(high, 8));
  }
  __m256i group[4] = {
      _mm256_sub_epi16(all0, _mm256_slli_epi16(odd0, 8)), odd0,
      _mm256_sub_epi16(all1, _mm256_slli_epi16(odd1, 8)), odd1};
  const float *addends = block;
  int above = 0;
  for (int g = 0; g < 4; g++) {
    __m128i s = _mm_add_epi16(_mm256_castsi256_si128(group[g]), _mm256_extracti128_si256(group[g], 1));
    __m256 value = _mm256_fmadd_ps(
        _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(s)), _mm256_set1_ps(0.25f), _mm256_set1_ps(-3));
    __m256 estimate = _mm256_fmadd_ps(
        value, _mm256_load_ps(addends + BLOCK + 8 * g),
        _mm256_add_ps(_mm256_load_ps(addends + 8 * g), _mm256_set1_ps(1)));
    _mm256_storeu_ps(estimates + 8 * g, estimate);
    above |= _mm256_movemask_ps(_mm256_cmp_ps(estimate, _mm256_set1_ps(0), _CMP_GT_OQ)) << 8 * g;
  }
  return estimates[5] + (above & 1);
}

static double nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

typedef float one_row(const void *, const void *, long);
typedef float four_rows(const void *, const void *const[4], long);

static void report(
    const char *name, one_row *one, four_rows *four, const void *q, const void *rows, long bytes,
    const long *visits, long length) {
  static const void *at[VISITS];
  for (int i = 0; i < VISITS; i++) at[i] = (const char *)rows + visits[i] * bytes;
  double least = 1e300, result = 0;
  for (double start = nanos(); nanos() - start < 4e8;) {
    double before = nanos(), all = 0;
    if (one)
      for (int i = 0; i < VISITS; i++) all += one(q, at[i], length);
    else
      for (int i = 0; i < VISITS; i += 4) all += four(q, at + i, length);
    double taken = (nanos() - before) / VISITS;
    if (taken < least) least = taken;
    result = all;
  }
  printf("%s %.3f %.6f\n", name, least, result);
}

static uint16_t to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

static void *room(long bytes) {
  void *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!p) exit(3);
  return memset(p, 0, (bytes + 63) / 64 * 64);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long dimension = atol(argv[1]), count = atol(argv[2]);
  if (dimension < 1 || count < 1) return 2;
  long halves = (dimension + 31) / 32 * 32, bytes = (dimension + 63) / 64 * 64;
  long bits = (dimension + 511) / 512 * 512, lookups = (dimension + 15) / 16 * 4;
  float *q = room(halves * 4);
  int8_t *q8 = room(bytes), *r8 = room(count * bytes);
  uint64_t *q1 = room(bits / 8), *r1 = room(count * bits / 8);
  uint16_t *rf = room(count * halves * 2), *rb = room(count * halves * 2);
  for (long row = -1; row < count; row++) {
    for (long i = 0; i < dimension; i++) {
      float x = coordinate();
      int8_t *to8 = row < 0 ? q8 : r8 + row * bytes;
      uint64_t *to1 = row < 0 ? q1 : r1 + row * bits / 64;
      to8[i] = (int8_t)(x * 254);
      to1[i / 64] |= (uint64_t)(x < 0) << i % 64;
      if (row < 0) {
        q[i] = x;
      } else {
        rf[row * halves + i] = _cvtss_sh(x, 0);
        rb[row * halves + i] = to_bf16(x);
      }
    }
  }
  long visits[VISITS];
  for (int i = 0; i < VISITS; i++) visits[i] = next() % (uint64_t)count;
  uint8_t *table = room(lookups * 16);
  for (long lookup = 0; lookup < lookups; lookup++) {
    int weights[4], least = 0;
    for (int i = 0; i < 4; i++) {
      int weight = (int)(next() >> 59) - 16;
      weights[i] = weight < 15 ? weight : 15;
      least += weights[i] < 0 ? weights[i] : 0;
    }
    for (int v = 0; v < 16; v++) {
      int entry = -least;
      for (int i = 0; i < 4; i++) entry += v >> i & 1 ? weights[i] : 0;
      table[lookup * 16 + v] = entry;
    }
  }
  long block = 2 * BLOCK * sizeof(float) + lookups * 16;
  char *blocks = room(count * block);
  for (long b = 0; b < count; b++) {
    for (int i = 0; i < 2 * BLOCK; i++) ((float *)(blocks + b * block))[i] = coordinate();
    uint64_t *codes = (uint64_t *)(blocks + b * block + 2 * BLOCK * sizeof(float));
    for (long i = 0; i < lookups * 2; i++) codes[i] = next();
  }
  report("f16Dot", f16Dot, NULL, q, rf, halves * 2, visits, halves);
  report("f16Dot4", NULL, f16Dot4, q, rf, halves * 2, visits, halves);
  report("f16SquaredDistance4", NULL, f16SquaredDistance4, q, rf, halves * 2, visits, halves);
  report("bf16Dot", bf16Dot, NULL, q, rb, halves * 2, visits, halves);
  report("bf16Dot4", NULL, bf16Dot4, q, rb, halves * 2, visits, halves);
  report("bf16SquaredDistance4", NULL, bf16SquaredDistance4, q, rb, halves * 2, visits, halves);
  report("int8Dot", int8Dot, NULL, q8, r8, bytes, visits, bytes);
  report("int8Dot4", NULL, int8Dot4, q8, r8, bytes, visits, bytes);
  report("int8SquaredDistance4", NULL, int8SquaredDistance4, q8, r8, bytes, visits, bytes);
  report("differing4", NULL, differing4, q1, r1, bits / 8, visits, bits);
  report("fastScan", fastScan, NULL, table, blocks, block, visits, lookups);
  return 0;
}
#else
int main(void) { return 0; }
#endif
