package dev.kith.index.build;

import dev.kith.index.CorruptFileException;
import dev.kith.index.codec.OrthogonalRotation;
import dev.kith.index.codec.ProductQuantizer;
import dev.kith.index.codec.Rotation;
import dev.kith.index.codec.WordTraining;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.SectionFileWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The sections in which a file of any index keeps what was learnt for the codecs PQ and OPQ.
///
/// | section | content |
/// |---|---|
/// | `words` | as [ProductQuantizer#store] writes them |
/// | `rotation` | OPQ only: as [OrthogonalRotation#stored()] |
final class WordSections {
  static final String WORDS = "words";
  static final String ROTATION = "rotation";

  private WordSections() {}

  static void write(SectionFileWriter writer, WordTraining.Learnt learnt, Arena arena)
      throws IOException {
    ProductQuantizer quantizer = learnt.words();
    long bytes = ProductQuantizer.storedBytes(quantizer.dimension(), quantizer.bits());
    MemorySegment words = arena.allocate(bytes, 64);
    quantizer.store(words);
    SegmentSealer.write(writer, WORDS, words);
    if (learnt.rotation().orElse(null) instanceof OrthogonalRotation matrix) {
      SegmentSealer.write(writer, ROTATION, matrix.stored());
    }
  }

  /// Reads both.
  ///
  /// @param parts of a row
  /// @param bits a part
  /// @param rotated whether there is a rotation
  /// @throws IllegalArgumentException if they are not of so many dimensions and parts, or the
  ///   rotation is none
  static WordTraining.Learnt read(
      SectionFile file, int dimension, int parts, int bits, boolean rotated, Placement placement)
      throws CorruptFileException {
    Optional<Rotation> rotation = Optional.empty();
    if (rotated) {
      MemorySegment matrix = file.section(ROTATION, OrthogonalRotation.storedBytes(dimension));
      rotation = Optional.of(OrthogonalRotation.map(dimension, placement.place(matrix)));
    }
    MemorySegment words = file.section(WORDS, ProductQuantizer.storedBytes(dimension, bits));
    return new WordTraining.Learnt(ProductQuantizer.read(dimension, parts, bits, words), rotation);
  }
}
