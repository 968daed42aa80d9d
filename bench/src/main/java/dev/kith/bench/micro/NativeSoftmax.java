package dev.kith.bench.micro;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/// The softmax in C, loaded into this process. Owns the library; not thread-safe.
final class NativeSoftmax implements AutoCloseable {

  /// How shares are found.
  enum Variant {
    /// The largest score; exponentials, which are stored, and their sum; quotients.
    RELOAD,
    /// The largest score; the sum of exponentials; quotients of exponentials computed once more.
    RECOMPUTE,
    /// The sum of exponentials as pairs of a number and a power of two; quotients of exponentials
    /// computed once more (Dukhan and Ablavatski, *Two-pass softmax algorithm*, 2020).
    TWO;

    private String function() {
      return switch (this) {
        case RELOAD -> "reload";
        case RECOMPUTE -> "recompute";
        case TWO -> "two";
      };
    }
  }

  private static final FunctionDescriptor SIGNATURE =
      FunctionDescriptor.ofVoid(
          ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_FLOAT);

  private final Arena arena = Arena.ofConfined();
  private final NativeKernels library;
  private final Map<Variant, MethodHandle> functions = new EnumMap<>(Variant.class);

  @SuppressWarnings("restricted") // The benchmark's process is started with native access.
  private NativeSoftmax(NativeKernels library) {
    this.library = library;
    SymbolLookup symbols = SymbolLookup.libraryLookup(library.file(), arena);
    for (Variant variant : Variant.values()) {
      // Critical, so that the functions see the arrays themselves.
      functions.put(
          variant,
          Linker.nativeLinker()
              .downcallHandle(
                  symbols.findOrThrow(variant.function()),
                  SIGNATURE,
                  Linker.Option.critical(true)));
    }
  }

  /// Compiles and loads it.
  ///
  /// @throws IOException if the compiler refuses it
  static NativeSoftmax compile() throws IOException, InterruptedException {
    return new NativeSoftmax(NativeKernels.compile(NativeKernels.SOFTMAX));
  }

  /// Finds the shares of scores.
  ///
  /// @param scores as many as a multiple of 64
  /// @param shares takes as many
  void run(Variant variant, float[] scores, float scale, float[] shares) {
    try {
      Objects.requireNonNull(functions.get(variant))
          .invokeExact(
              MemorySegment.ofArray(scores),
              MemorySegment.ofArray(shares),
              (long) scores.length,
              scale);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable failure) {
      throw new IllegalStateException("a function in C throws nothing", failure);
    }
  }

  @Override
  public void close() throws IOException {
    arena.close();
    library.close();
  }
}
