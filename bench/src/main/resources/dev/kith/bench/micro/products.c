/* What ProductBenchmark measures, by OpenBLAS: 96 rows times 1,024 columns.
 *
 *   gcc -O3 -march=native products.c -o products -lopenblas && ./products DIMENSION ROWS
 *
 * prints one line: "products", the least nanoseconds per row of many rounds, and the sum of the
 * products. ROWS has no meaning here. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "splitmix.h"

void openblas_set_num_threads(int);
void cblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc);

enum { ROWS = 96, COLUMNS = 1024, ROW_MAJOR = 101, AS_IS = 111, TRANSPOSED = 112 };

static double nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int dimension = atoi(argv[1]);
  if (dimension < 1) return 2;
  float *rows = aligned_alloc(64, (size_t)ROWS * dimension * sizeof(float));
  float *columns = aligned_alloc(64, (size_t)COLUMNS * dimension * sizeof(float));
  float *products = aligned_alloc(64, (size_t)ROWS * COLUMNS * sizeof(float));
  if (!rows || !columns || !products) return 3;
  for (int i = 0; i < ROWS * dimension; i++) rows[i] = coordinate();
  for (int i = 0; i < COLUMNS * dimension; i++) columns[i] = coordinate();
  openblas_set_num_threads(1);
  double least = 1e300;
  for (double start = nanos(); nanos() - start < 8e8;) {
    double before = nanos();
    cblas_sgemm(ROW_MAJOR, AS_IS, TRANSPOSED, ROWS, COLUMNS, dimension, 1, rows, dimension, columns,
                dimension, 0, products, COLUMNS);
    double taken = (nanos() - before) / ROWS;
    if (taken < least) least = taken;
  }
  double total = 0;
  for (int i = 0; i < ROWS * COLUMNS; i++) total += products[i];
  printf("products %.3f %.6f\n", least, total);
  return 0;
}
