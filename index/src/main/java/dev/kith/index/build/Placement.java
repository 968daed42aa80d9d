package dev.kith.index.build;

import dev.kith.index.store.OffHeap;
import dev.kith.index.store.Resource;
import dev.kith.index.store.SectionFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Decides in which memory the sections of one file are served: where they are mapped, or copied.
/// Owns the mapping and the copies. Used by one thread, and closed by one.
final class Placement implements Resource {
  private final SectionFile file;
  private final @Nullable Arena copies;
  private long copiedBytes;
  private boolean leavesSome;
  private boolean isMapped = true;

  /// @param file belongs to this from now on
  Placement(SectionFile file, SealedSegment.Residence residence) {
    this.file = file;
    this.copies =
        switch (residence) {
          case MAPPED -> null;
          case IN_MEMORY -> Arena.ofShared();
        };
  }

  /// Returns a section, or a copy of it.
  MemorySegment place(MemorySegment section) {
    if (copies == null) {
      return leave(section);
    }
    long length = section.byteSize();
    copiedBytes += length;
    MemorySegment copy = OffHeap.reserve(Math.max(1, length), copies).asSlice(0, length);
    return copy.copyFrom(section).asReadOnly();
  }

  /// Returns a section that stays in the file, because searches read little of it.
  MemorySegment leave(MemorySegment section) {
    leavesSome = true;
    return section;
  }

  /// Unmaps the file if all that was asked for was copied. Called once, when no more is asked for.
  void settle() {
    if (!leavesSome) {
      isMapped = false;
      file.close();
    }
  }

  /// Bytes copied so far.
  long copiedBytes() {
    return copiedBytes;
  }

  @Override
  public void close() {
    if (copies != null) {
      copies.close();
    }
    if (isMapped) {
      file.close();
    }
  }
}
