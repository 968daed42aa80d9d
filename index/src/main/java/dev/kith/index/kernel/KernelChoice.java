package dev.kith.index.kernel;

import static java.lang.System.Logger.Level.WARNING;

/// Decides once per process whether kernels use SIMD registers, and says so if they do not.
final class KernelChoice {
  private static final System.Logger LOG = System.getLogger(KernelChoice.class.getName());
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  static final boolean SIMD =
      isSimd(
          System.getProperty(VectorKernel.PROPERTY, "simd"),
          ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent());

  /*
   * A constant each, so that the optimiser knows which class runs. A SIMD class is touched only
   * where its module is present.
   */
  static final VectorKernel VECTOR = SIMD ? new SimdKernel() : VectorKernel.scalar();
  static final FastScan FAST_SCAN = SIMD ? new SimdFastScan() : FastScan.scalar();
  static final HalfKernel F16 = SIMD ? new SimdF16Kernel() : HalfKernel.scalar(HalfFormat.F16);
  static final HalfKernel BF16 = SIMD ? new SimdBf16Kernel() : HalfKernel.scalar(HalfFormat.BF16);
  static final ByteKernel BYTES = SIMD ? new SimdByteKernel() : ByteKernel.scalar();
  static final BitKernel BITS = SIMD ? new SimdBitKernel() : BitKernel.scalar();
  static final LevelKernel LEVELS = SIMD ? new SimdLevelKernel() : LevelKernel.scalar();
  static final GridKernel GRID = SIMD ? new SimdGridKernel() : GridKernel.scalar();
  static final ProductKernel PRODUCT = SIMD ? new SimdProductKernel() : ProductKernel.scalar();
  static final Hadamard HADAMARD = SIMD ? new SimdHadamard() : Hadamard.scalar();
  static final SoftmaxKernel SOFTMAX = SIMD ? new SimdSoftmaxKernel() : SoftmaxKernel.scalar();

  private KernelChoice() {}

  /// @throws IllegalArgumentException if `wanted` names no kernel
  static boolean isSimd(String wanted, boolean vectorModuleIsPresent) {
    if (wanted.equals("scalar")) {
      LOG.log(WARNING, "Searches run many times slower: {0}=scalar is set.", VectorKernel.PROPERTY);
      return false;
    }
    if (!wanted.equals("simd")) {
      throw new IllegalArgumentException(
          "%s must be simd or scalar, got '%s'".formatted(VectorKernel.PROPERTY, wanted));
    }
    if (!vectorModuleIsPresent) {
      LOG.log(
          WARNING,
          "Searches run many times slower: the module {0} is absent. Start java with --add-modules"
              + " {0}.",
          VECTOR_MODULE);
      return false;
    }
    return true;
  }
}
