package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.CorruptFileException;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.SectionFileWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Copies of a segment's file whose checksums are right and whose content is not.
final class DamagedSegment {

  private DamagedSegment() {}

  /// Replaces a section, or drops it.
  interface Change {
    @Nullable MemorySegment of(MemorySegment section);
  }

  /// A copy, beside the file, with another number in one of its sections.
  static Path number(Path file, String name, long offset, int value) throws IOException {
    return rewritten(
        file,
        name,
        section -> {
          MemorySegment changed = MemorySegment.ofArray(section.toArray(ValueLayout.JAVA_BYTE));
          changed.set(SealedLayout.INT.withByteAlignment(1), offset, value);
          return changed;
        });
  }

  /// A copy, beside the file, with another section.
  static Path rewritten(Path file, String name, Change change) throws IOException {
    Path copy = file.resolveSibling("rewritten");
    try (SectionFile source = SectionFile.open(file);
        SectionFileWriter writer = SectionFileWriter.create(copy)) {
      for (String section : source.names()) {
        MemorySegment bytes = source.section(section);
        MemorySegment changed = section.equals(name) ? change.of(bytes) : bytes;
        if (changed != null) {
          writer.begin(section);
          writer.append(changed);
        }
      }
      writer.commit();
    }
    return copy;
  }

  static void assertRefused(Path file, VectorSpace space, String expected) {
    for (SealedSegment.Residence residence : SealedSegment.Residence.values()) {
      CorruptFileException refused =
          assertThrows(
              CorruptFileException.class, () -> SealedSegment.open(file, space, residence));
      assertTrue(refused.toString().contains(expected), refused::toString);
    }
  }
}
