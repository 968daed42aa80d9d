package dev.kith.index.build;

import dev.kith.index.CorruptFileException;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Projection;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.SectionFileWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The sections in which a file of any index says of what prefixes its codes are. Files without the
/// first have codes of whole vectors.
///
/// | section | content |
/// |---|---|
/// | `prefixes` | ints: the basis, 0 for AS_IS and 1 for PCA; how many widths were asked for; those there are, ascending |
/// | `axes` | PCA only: as [Projection#stored()] |
final class PrefixSections {
  static final String PREFIXES = "prefixes";
  static final String AXES = "axes";

  private static final int HEADER_INTS = 2;

  private PrefixSections() {}

  static void write(
      SectionFileWriter writer,
      Codec.Prefix codec,
      VectorSpace space,
      Projection projection,
      Arena arena)
      throws IOException {
    List<Integer> widths = codec.widthsOf(space);
    int ints = HEADER_INTS + widths.size();
    MemorySegment section = arena.allocate((long) ints * Integer.BYTES, 64);
    section.setAtIndex(SealedLayout.INT, 0, codec.basis().number());
    section.setAtIndex(SealedLayout.INT, 1, codec.widths().size());
    for (int i = 0; i < widths.size(); i++) {
      section.setAtIndex(SealedLayout.INT, HEADER_INTS + i, widths.get(i));
    }
    SegmentSealer.write(writer, PREFIXES, section);
    Optional<MemorySegment> axes = projection.stored();
    if (axes.isPresent()) {
      SegmentSealer.write(writer, AXES, axes.get());
    }
  }

  /// Reads what the codes are of.
  ///
  /// @param of what codes prefixes
  static Codec.Prefix codec(SectionFile file, VectorSpace space, Codec of)
      throws CorruptFileException {
    MemorySegment section = file.section(PREFIXES);
    int ints = (int) (section.byteSize() / Integer.BYTES);
    if (ints <= HEADER_INTS || section.byteSize() % Integer.BYTES != 0) {
      throw corrupt(file, "section 'prefixes' of some ints", section.byteSize() + " bytes");
    }
    int basis = section.getAtIndex(SealedLayout.INT, 0);
    SealedLayout.require(basis == 0 || basis == 1, file, "basis 0 or 1", basis);
    int asked = section.getAtIndex(SealedLayout.INT, 1);
    int there = ints - HEADER_INTS;
    SealedLayout.require(
        asked == 0 || asked == there, file, "0 or %d widths".formatted(there), asked);
    List<Integer> widths = new ArrayList<>();
    for (int i = HEADER_INTS; i < ints; i++) {
      widths.add(section.getAtIndex(SealedLayout.INT, i));
    }
    try {
      Codec.Prefix codec =
          new Codec.Prefix(Basis.numbered(basis), asked == 0 ? List.of() : widths, of);
      List<Integer> suitable = codec.widthsOf(space);
      if (!suitable.equals(widths)) {
        throw corrupt(file, "widths " + suitable, widths.toString());
      }
      return codec;
    } catch (IllegalArgumentException impossible) {
      throw corrupt(file, "widths of prefixes", String.valueOf(impossible.getMessage()));
    }
  }

  /// Reads what makes prefixes.
  static Projection projection(
      SectionFile file, Codec.Prefix codec, VectorSpace space, Placement placement)
      throws CorruptFileException {
    int dimension = space.dimension();
    int widest = codec.widthsOf(space).getLast();
    if (codec.basis() == Basis.AS_IS) {
      return Projection.asIs(dimension, widest);
    }
    long bytes = Projection.storedBytes(dimension, widest);
    MemorySegment axes = placement.place(file.section(AXES, bytes));
    try {
      return Projection.map(dimension, widest, axes);
    } catch (IllegalArgumentException mismatch) {
      throw corrupt(file, "axes of its rows", String.valueOf(mismatch.getMessage()));
    }
  }

  private static CorruptFileException corrupt(SectionFile file, String expected, String found) {
    return new CorruptFileException(file.file(), expected, found);
  }
}
