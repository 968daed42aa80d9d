package dev.kith.index.store;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.kith.index.Require;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// Zeroed off-heap memory that costs nothing until it is written.
public final class OffHeap {

  /*
   * On Linux the memory is an anonymous mapping without swap reservation: the kernel hands out a
   * zeroed page at the first write to it, so a capacity may be generous. Huge pages are asked for,
   * because random rows then miss the address translation cache less often (18-25 % of the time of
   * a random read). A huge page needs a 2 MiB boundary; reserving 2 MiB more and skipping to the
   * boundary costs address space alone.
   *
   * Elsewhere, or if the mapping is refused, the arena allocates and zeroes at once.
   */

  private static final long PAGE = 4096;
  private static final long HUGE_PAGE = 2 << 20;

  // Linux's numbers, equal on every architecture that a JDK of today runs on.
  private static final int PROT_READ_WRITE = 0x1 | 0x2;
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;

  private static final boolean IS_LINUX = System.getProperty("os.name").equals("Linux");

  private OffHeap() {}

  /// Reserves zeroed memory, at least page aligned.
  ///
  /// Where the platform allows, nothing is committed before it is written, and the limit of
  /// `-XX:MaxDirectMemorySize` does not apply.
  ///
  /// @param bytes at least 1
  /// @param arena frees the memory when it closes
  /// @throws OutOfMemoryError if neither address space nor memory is left
  public static MemorySegment reserve(long bytes, Arena arena) {
    Require.inRange("bytes", bytes, 1, Long.MAX_VALUE >>> 8);
    if (IS_LINUX) {
      boolean huge = bytes >= HUGE_PAGE;
      long length = (bytes + (huge ? HUGE_PAGE : 0) + PAGE - 1) & -PAGE;
      long address = Calls.map(length);
      if (address != MAP_FAILED) {
        return adopt(address, length, bytes, huge, arena);
      }
    }
    return arena.allocate(bytes, PAGE);
  }

  @SuppressWarnings("restricted") // The mapping is ours alone, and of this length.
  private static MemorySegment adopt(
      long address, long length, long bytes, boolean huge, Arena arena) {
    MemorySegment whole;
    try {
      whole =
          MemorySegment.ofAddress(address)
              .reinterpret(length, arena, mapping -> Calls.unmap(mapping.address(), length));
    } catch (RuntimeException arenaIsClosed) {
      Calls.unmap(address, length);
      throw arenaIsClosed;
    }
    if (!huge) {
      return whole.asSlice(0, bytes);
    }
    Calls.adviseHugePages(address, length);
    return whole.asSlice(-address & (HUGE_PAGE - 1), bytes);
  }

  /// The three calls into the C library. A class of its own, so that only Linux links them.
  @SuppressWarnings("restricted") // Signatures as in mmap(2), munmap(2) and madvise(2).
  private static final class Calls {
    private static final MethodHandle MMAP =
        link("mmap", JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = link("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MADVISE =
        link("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    /// Returns the address, or [#MAP_FAILED].
    static long map(long length) {
      try {
        return (long)
            MMAP.invokeExact(
                MemorySegment.NULL,
                length,
                PROT_READ_WRITE,
                MAP_PRIVATE_ANONYMOUS_NORESERVE,
                -1,
                0L);
      } catch (Throwable impossible) {
        throw new AssertionError("mmap declares no exception", impossible);
      }
    }

    static void unmap(long address, long length) {
      try {
        int failed = (int) MUNMAP.invokeExact(address, length);
        assert failed == 0 : "munmap refused a mapping of ours";
      } catch (Throwable impossible) {
        throw new AssertionError("munmap declares no exception", impossible);
      }
    }

    /// A wish: a kernel without huge pages refuses, and the memory works all the same.
    static void adviseHugePages(long address, long length) {
      try {
        int _ = (int) MADVISE.invokeExact(address, length, MADV_HUGEPAGE);
      } catch (Throwable impossible) {
        throw new AssertionError("madvise declares no exception", impossible);
      }
    }

    private static MethodHandle link(String name, MemoryLayout result, MemoryLayout... parameters) {
      SymbolLookup libc = Linker.nativeLinker().defaultLookup();
      return Linker.nativeLinker()
          .downcallHandle(libc.findOrThrow(name), FunctionDescriptor.of(result, parameters));
    }
  }
}
