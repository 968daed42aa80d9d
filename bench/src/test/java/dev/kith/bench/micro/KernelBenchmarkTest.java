package dev.kith.bench.micro;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A benchmark of the wrong answer is worse than none.
final class KernelBenchmarkTest {

  record Kernel(String name, ToDoubleFunction<KernelBenchmark> run) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Kernel> kernels() {
    return List.of(
        new Kernel("dot", KernelBenchmark::dot),
        new Kernel("dot4", KernelBenchmark::dot4),
        new Kernel("squaredDistance", KernelBenchmark::squaredDistance),
        new Kernel("squaredDistance4", KernelBenchmark::squaredDistance4),
        new Kernel("cosine", KernelBenchmark::cosine),
        new Kernel("cosine4", KernelBenchmark::cosine4));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 768})
  void everyVariantComputesTheSameSum(int dimension) {
    for (Kernel kernel : kernels()) {
      double scalar = sum(kernel, "scalar", dimension);
      assertEquals(scalar, sum(kernel, "best", dimension), 1e-4 * Math.abs(scalar) + 0.05);
    }
    assertEquals(
        sum(kernels().get(0), "best", dimension), sum(kernels().get(1), "best", dimension), 0.05);
  }

  @Test
  void theSoftmaxInCGivesTheSameSharesOfTheSameScores() throws Exception {
    assumeTrue(NativeKernels.isSupported(), "no gcc");
    SoftmaxBenchmark benchmark = new SoftmaxBenchmark();
    benchmark.count = 4096;
    benchmark.prepare();
    float[] shares = benchmark.store().clone();
    assertArrayEquals(shares, benchmark.recompute(), 1e-8f);
    try (NativeSoftmax natives = NativeSoftmax.compile()) {
      for (NativeSoftmax.Variant variant : NativeSoftmax.Variant.values()) {
        assertArrayEquals(shares, benchmark.run(natives, variant), 1e-8f, variant.toString());
      }
    }
    benchmark.unload();
  }

  @Test
  void theProgramInCComputesTheSameSumsOverTheSameRows() throws Exception {
    assumeTrue(NativeKernels.isSupported(), "no gcc");
    try (NativeKernels natives = NativeKernels.compile(NativeKernels.FLOATS)) {
      List<NativeKernels.Timing> timings = natives.time(100, 64);
      assertEquals(
          List.of("dot", "dot4", "squaredDistance", "squaredDistance4"),
          timings.stream().map(NativeKernels.Timing::kernel).toList());
      for (NativeKernels.Timing timing : timings) {
        Kernel kernel =
            kernels().stream()
                .filter(k -> k.name().equals(timing.kernel()))
                .findFirst()
                .orElseThrow();
        double expected = sum(kernel, "best", 100);
        assertEquals(expected, timing.sum(), 1e-4 * Math.abs(expected) + 0.05);
        assertTrue(timing.nanos() > 0.1 && timing.nanos() < 1e6, timing.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 768})
  void theProgramOfCodesComputesTheSameSumsOverTheSameRows(int dimension) throws Exception {
    assumeTrue(NativeKernels.isSupported(), "no gcc");
    Map<String, ToDoubleFunction<CodeBenchmark>> all = codes();
    CodeBenchmark benchmark = new CodeBenchmark();
    benchmark.dimension = dimension;
    benchmark.prepare();
    try (NativeKernels natives = NativeKernels.compile(NativeKernels.CODES)) {
      List<NativeKernels.Timing> timings = natives.time(dimension, 64);
      assumeTrue(!timings.isEmpty(), "no AVX2");
      assertEquals(
          List.copyOf(all.keySet()), timings.stream().map(NativeKernels.Timing::kernel).toList());
      for (NativeKernels.Timing timing : timings) {
        double expected = Objects.requireNonNull(all.get(timing.kernel())).applyAsDouble(benchmark);
        assertEquals(expected, timing.sum(), 1e-4 * Math.abs(expected) + 0.05, timing.kernel());
      }
    } finally {
      benchmark.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 768})
  void productsOfJavaAndOfOpenBlasAddUpToTheSame(int dimension) throws Exception {
    assumeTrue(NativeKernels.isSupported(), "no gcc");
    ProductBenchmark benchmark = new ProductBenchmark();
    benchmark.dimension = dimension;
    benchmark.prepare();
    double expected = 0;
    float[] products = benchmark.products();
    int[] nearest = benchmark.nearestColumn();
    for (int row = 0; row < ProductBenchmark.ROWS; row++) {
      float largest = products[row * ProductBenchmark.COLUMNS + nearest[row]];
      for (int column = 0; column < ProductBenchmark.COLUMNS; column++) {
        float product = products[row * ProductBenchmark.COLUMNS + column];
        assertTrue(product <= largest);
        expected += product;
      }
    }
    benchmark.close();
    try (NativeKernels natives = NativeKernels.compile(NativeKernels.PRODUCTS)) {
      NativeKernels.Timing timing = natives.time(dimension, 64).getFirst();
      assertEquals(expected, timing.sum(), 0.05 * Math.sqrt(dimension));
    } catch (IOException e) {
      assumeTrue(false, "no OpenBLAS: " + e.getMessage());
    }
  }

  private static Map<String, ToDoubleFunction<CodeBenchmark>> codes() {
    Map<String, ToDoubleFunction<CodeBenchmark>> all = new LinkedHashMap<>();
    all.put("f16Dot", CodeBenchmark::f16Dot);
    all.put("f16Dot4", CodeBenchmark::f16Dot4);
    all.put("f16SquaredDistance4", CodeBenchmark::f16SquaredDistance4);
    all.put("bf16Dot", CodeBenchmark::bf16Dot);
    all.put("bf16Dot4", CodeBenchmark::bf16Dot4);
    all.put("bf16SquaredDistance4", CodeBenchmark::bf16SquaredDistance4);
    all.put("int8Dot", CodeBenchmark::int8Dot);
    all.put("int8Dot4", CodeBenchmark::int8Dot4);
    all.put("int8SquaredDistance4", CodeBenchmark::int8SquaredDistance4);
    all.put("differing4", CodeBenchmark::differing4);
    all.put("fastScan", CodeBenchmark::fastScan);
    return all;
  }

  private static double sum(Kernel kernel, String kernelName, int dimension) {
    KernelBenchmark benchmark = prepared(kernelName, dimension);
    try {
      return kernel.run().applyAsDouble(benchmark);
    } finally {
      benchmark.close();
    }
  }

  private static KernelBenchmark prepared(String kernelName, int dimension) {
    KernelBenchmark benchmark = new KernelBenchmark();
    benchmark.kernelName = kernelName;
    benchmark.dimension = dimension;
    benchmark.prepare();
    return benchmark;
  }
}
