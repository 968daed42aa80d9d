package dev.kith.index.build;

import dev.kith.index.store.OffHeap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Decides in which memory the sections of one file are served: where they are mapped, or copied.
/// Used by one thread.
final class Placement {
  private final @Nullable Arena arena;
  private long copiedBytes;

  /// @param arena frees the copies when it closes; null leaves sections where they are
  Placement(@Nullable Arena arena) {
    this.arena = arena;
  }

  /// Returns a section, or a copy of it.
  MemorySegment place(MemorySegment section) {
    if (arena == null) {
      return section;
    }
    long length = section.byteSize();
    copiedBytes += length;
    MemorySegment copy = OffHeap.reserve(Math.max(1, length), arena).asSlice(0, length);
    return copy.copyFrom(section).asReadOnly();
  }

  /// Bytes copied so far.
  long copiedBytes() {
    return copiedBytes;
  }
}
