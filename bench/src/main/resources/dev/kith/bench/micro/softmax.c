/* The softmax of SoftmaxBenchmark in C, as textbooks and the paper have it, for comparison: a
 * library that is loaded into the benchmark's process, so that both languages take turns on the
 * same arrays.
 *
 *   gcc -O3 -march=native -ffast-math -shared -fPIC softmax.c -o softmax.so
 *
 * Counts are multiples of 64. Sums are of floats all through, which of millions of scores leaves
 * errors of 1e-4. */
#include <immintrin.h>
#include <math.h>
#include <string.h>

#if defined(__AVX512F__)
enum { LANES = 16 };
#else
enum { LANES = 8 };
#endif
typedef float vec __attribute__((vector_size(LANES * sizeof(float))));
typedef int ints __attribute__((vector_size(LANES * sizeof(int))));

static inline vec load(const float *p) {
  vec v;
  memcpy(&v, p, sizeof v);
  return v;
}
static inline void store(float *p, vec v) { memcpy(p, &v, sizeof v); }
static inline vec all(float x) { return x - (vec){0}; }

#if defined(__AVX512F__)
static inline vec rounded(vec x) { return (vec)_mm512_roundscale_ps((__m512)x, 8); }
static inline vec scaled(vec p, vec n) { return (vec)_mm512_scalef_ps((__m512)p, (__m512)n); }
static inline vec larger(vec a, vec b) { return (vec)_mm512_max_ps((__m512)a, (__m512)b); }
#elif defined(__AVX2__)
static inline vec larger(vec a, vec b) { return (vec)_mm256_max_ps((__m256)a, (__m256)b); }
static inline vec rounded(vec x) { return (vec)_mm256_round_ps((__m256)x, 8); }
static inline vec scaled(vec p, vec n) {
  vec least = larger(n, all(-127));
  return p * (vec)(ints)_mm256_slli_epi32((__m256i)(least + all(0x1.8000fep23f)), 23);
}
#endif

/* exp(x) = p * 2^n */
static inline vec split(vec x, vec *n) {
  *n = rounded(x * 0x1.715476p+0f);
  vec t = x + *n * -0x1.62e43p-1f;
  t = t + *n * 0x1.05c61p-29f;
  vec p = t * 0x1.0f9f9cp-7f + 0x1.573a1ap-5f;
  p = p * t + 0x1.555a80p-3f;
  p = p * t + 0x1.fffdc6p-2f;
  p = p * t + 0x1.fffff6p-1f;
  return p * t + 1.0f;
}

static float sum(vec v) {
  float s = 0;
  for (int i = 0; i < LANES; i++) s += v[i];
  return s;
}

static float most(const float *x, long count) {
  vec m[4];
  for (int j = 0; j < 4; j++) m[j] = all(-INFINITY);
  for (long i = 0; i < count; i += 4 * LANES)
    for (int j = 0; j < 4; j++) m[j] = larger(m[j], load(x + i + j * LANES));
  vec v = larger(larger(m[0], m[1]), larger(m[2], m[3]));
  float largest = v[0];
  for (int i = 1; i < LANES; i++) largest = v[i] > largest ? v[i] : largest;
  return largest;
}

void reload(const float *x, float *y, long count, float scale) {
  vec largest = all(most(x, count) * scale), s[4] = {0};
  for (long i = 0; i < count; i += 4 * LANES)
    for (int j = 0; j < 4; j++) {
      vec n, p = split(load(x + i + j * LANES) * scale - largest, &n);
      vec e = scaled(p, n);
      store(y + i + j * LANES, e);
      s[j] += e;
    }
  vec inverse = all(1 / sum((s[0] + s[1]) + (s[2] + s[3])));
  for (long i = 0; i < count; i += LANES) store(y + i, load(y + i) * inverse);
}

void recompute(const float *x, float *y, long count, float scale) {
  vec largest = all(most(x, count) * scale), s[4] = {0};
  for (long i = 0; i < count; i += 4 * LANES)
    for (int j = 0; j < 4; j++) {
      vec n, p = split(load(x + i + j * LANES) * scale - largest, &n);
      s[j] += scaled(p, n);
    }
  vec inverse = all(1 / sum((s[0] + s[1]) + (s[2] + s[3])));
  for (long i = 0; i < count; i += LANES) {
    vec n, p = split(load(x + i) * scale - largest, &n);
    store(y + i, scaled(p, n) * inverse);
  }
}

void two(const float *x, float *y, long count, float scale) {
  vec v[4] = {0}, e[4];
  for (int j = 0; j < 4; j++) e[j] = all(-0x1p21f);
  for (long i = 0; i < count; i += 4 * LANES)
    for (int j = 0; j < 4; j++) {
      vec n, p = split(load(x + i + j * LANES) * scale, &n);
      vec m = larger(e[j], n);
      v[j] = scaled(v[j], e[j] - m) + scaled(p, n - m);
      e[j] = m;
    }
  float E = -INFINITY;
  double V = 0;
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < LANES; i++) E = e[j][i] > E ? e[j][i] : E;
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < LANES; i++) V += ldexp(v[j][i], (int)(e[j][i] - E));
  vec inverse = all((float)(1 / V)), exponent = all(E);
  for (long i = 0; i < count; i += LANES) {
    vec n, p = split(load(x + i) * scale, &n);
    store(y + i, scaled(p * inverse, n - exponent));
  }
}
