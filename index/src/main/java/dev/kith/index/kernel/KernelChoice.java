package dev.kith.index.kernel;

import static java.lang.System.Logger.Level.WARNING;

/// Decides once per process which kernel runs, and says so if it is not the fast one.
final class KernelChoice {
  private static final System.Logger LOG = System.getLogger(KernelChoice.class.getName());
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  static final VectorKernel BEST =
      choose(
          System.getProperty(VectorKernel.PROPERTY, "simd"),
          ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent());

  private KernelChoice() {}

  /// @throws IllegalArgumentException if `wanted` names no kernel
  static VectorKernel choose(String wanted, boolean vectorModuleIsPresent) {
    if (wanted.equals("scalar")) {
      LOG.log(WARNING, "Searches run many times slower: {0}=scalar is set.", VectorKernel.PROPERTY);
      return VectorKernel.scalar();
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
      return VectorKernel.scalar();
    }
    return new SimdKernel();
  }
}
