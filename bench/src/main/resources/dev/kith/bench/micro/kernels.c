/* The kernels of KernelBenchmark in C, timing themselves, for comparison.
 *
 *   gcc -O3 -march=native -ffast-math kernels.c -o kernels && ./kernels DIMENSION ROWS
 *
 * prints one line per kernel: its name, the least nanoseconds per row of many rounds, and the sum
 * of its results over one round. Queries, rows and the order of visits are those of the benchmark:
 * see `next` and `main`. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "splitmix.h"

/* A register has 16 floats with AVX-512. Vectors wider than registers are split through memory,
 * which is six to twelve times slower. */
#ifdef __AVX512F__
enum { VISITS = 1024, PADDING = 16, LANES = 16 };
#else
enum { VISITS = 1024, PADDING = 16, LANES = 8 };
#endif

typedef float vec __attribute__((vector_size(LANES * sizeof(float))));

static inline vec at(const float *p, long i) { return *(const vec *)(p + i); }

static inline float sum(vec v) {
  float s = 0;
  for (int i = 0; i < LANES; i++) s += v[i];
  return s;
}

__attribute__((noinline)) static float dot(const float *q, const float *r, long stride) {
  vec a = {0}, b = {0}, c = {0}, d = {0};
  long i = 0;
  for (; i + 4 * LANES <= stride; i += 4 * LANES) {
    a += at(q, i) * at(r, i);
    b += at(q, i + LANES) * at(r, i + LANES);
    c += at(q, i + 2 * LANES) * at(r, i + 2 * LANES);
    d += at(q, i + 3 * LANES) * at(r, i + 3 * LANES);
  }
  for (; i < stride; i += LANES) a += at(q, i) * at(r, i);
  return sum((a + b) + (c + d));
}

__attribute__((noinline)) static float squaredDistance(const float *q, const float *r, long stride) {
  vec a = {0}, b = {0}, c = {0}, d = {0};
  long i = 0;
  for (; i + 4 * LANES <= stride; i += 4 * LANES) {
    vec x = at(q, i) - at(r, i), y = at(q, i + LANES) - at(r, i + LANES);
    vec z = at(q, i + 2 * LANES) - at(r, i + 2 * LANES);
    vec w = at(q, i + 3 * LANES) - at(r, i + 3 * LANES);
    a += x * x;
    b += y * y;
    c += z * z;
    d += w * w;
  }
  for (; i < stride; i += LANES) {
    vec x = at(q, i) - at(r, i);
    a += x * x;
  }
  return sum((a + b) + (c + d));
}

__attribute__((noinline)) static float dot4(const float *q, const float *const r[4], long stride) {
  vec a = {0}, b = {0}, c = {0}, d = {0};
  for (long i = 0; i < stride; i += LANES) {
    vec x = at(q, i);
    a += x * at(r[0], i);
    b += x * at(r[1], i);
    c += x * at(r[2], i);
    d += x * at(r[3], i);
  }
  return sum(a) + sum(b) + sum(c) + sum(d);
}

__attribute__((noinline)) static float squaredDistance4(
    const float *q, const float *const r[4], long stride) {
  vec a = {0}, b = {0}, c = {0}, d = {0};
  for (long i = 0; i < stride; i += LANES) {
    vec x = at(q, i);
    vec e = x - at(r[0], i), f = x - at(r[1], i), g = x - at(r[2], i), h = x - at(r[3], i);
    a += e * e;
    b += f * f;
    c += g * g;
    d += h * h;
  }
  return sum(a) + sum(b) + sum(c) + sum(d);
}

static double nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

typedef float one_row(const float *, const float *, long);
typedef float four_rows(const float *, const float *const[4], long);

static float round_of_one(one_row *kernel, const float *q, const float **visits, long stride) {
  float total = 0;
  for (int i = 0; i < VISITS; i++) total += kernel(q, visits[i], stride);
  return total;
}

static float round_of_four(four_rows *kernel, const float *q, const float **visits, long stride) {
  float total = 0;
  for (int i = 0; i < VISITS; i += 4) total += kernel(q, visits + i, stride);
  return total;
}

static void report(
    const char *name, one_row *one, four_rows *four, const float *q, const float **visits, long stride) {
  double least = 1e300;
  float total = 0;
  for (double start = nanos(); nanos() - start < 4e8;) {
    double before = nanos();
    total = one ? round_of_one(one, q, visits, stride) : round_of_four(four, q, visits, stride);
    double taken = (nanos() - before) / VISITS;
    if (taken < least) least = taken;
  }
  printf("%s %.3f %.6f\n", name, least, total);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long dimension = atol(argv[1]), count = atol(argv[2]);
  if (dimension < 1 || count < 1) return 2;
  long stride = (dimension + PADDING - 1) / PADDING * PADDING;
  float *q = aligned_alloc(64, stride * sizeof(float));
  float *rows = aligned_alloc(64, count * stride * sizeof(float));
  const float **visits = malloc(VISITS * sizeof *visits);
  if (!q || !rows || !visits) return 3;
  for (long i = 0; i < stride; i++) q[i] = i < dimension ? coordinate() : 0;
  for (long row = 0; row < count; row++)
    for (long i = 0; i < stride; i++) rows[row * stride + i] = i < dimension ? coordinate() : 0;
  for (int i = 0; i < VISITS; i++) visits[i] = rows + (long)(next() % (uint64_t)count) * stride;
  report("dot", dot, NULL, q, visits, stride);
  report("dot4", NULL, dot4, q, visits, stride);
  report("squaredDistance", squaredDistance, NULL, q, visits, stride);
  report("squaredDistance4", NULL, squaredDistance4, q, visits, stride);
  return 0;
}
