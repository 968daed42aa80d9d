package dev.kith.index.build;

import dev.kith.index.CorruptFileException;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.ProjectedCodes;
import dev.kith.index.codec.Projection;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.WordRows;
import dev.kith.index.codec.WordTraining;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.SectionFileWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The sections in which a file of any index keeps a row of codes a row, and what was learnt for
/// them: `codes`, and those of [WordSections] and [PrefixSections].
///
/// @param count rows
/// @param seed with which they were encoded
/// @param factors what words carry
/// @param placement decides in which memory a section is served
record CodeSections(
    SectionFile file, int count, long seed, FactorFormat factors, Placement placement) {

  /// Writes codes.
  ///
  /// @param codec that made them
  static void write(
      SectionFileWriter writer, Codec codec, SegmentCodes codes, int count, Arena arena)
      throws IOException {
    long bytes = SegmentCodes.bytes(codec, codes.space(), count);
    SegmentSealer.write(writer, SealedLayout.CODES, codes.stored().asSlice(0, bytes));
    writeLearnt(writer, codec, codes, arena);
  }

  private static void writeLearnt(
      SectionFileWriter writer, Codec codec, SegmentCodes codes, Arena arena) throws IOException {
    switch (codes) {
      case WordRows words -> WordSections.write(writer, words.learnt(), arena);
      case PrefixRows prefixes -> {
        Codec.Prefix prefix = (Codec.Prefix) codec;
        PrefixSections.write(writer, prefix, prefixes.space(), prefixes.projection(), arena);
      }
      case ProjectedCodes(VectorSpace space, Projection projection, SegmentCodes of) -> {
        Codec.Prefix prefix = (Codec.Prefix) codec;
        PrefixSections.write(writer, prefix, space, projection, arena);
        writeLearnt(writer, prefix.of(), of, arena);
      }
      case SegmentCodes.EachForItself _ -> {
        // Nothing was learnt.
      }
    }
  }

  /// Reads codes.
  ///
  /// @param codec that made them, one with codes
  SegmentCodes read(Codec codec, VectorSpace space) throws CorruptFileException {
    return switch (codec) {
      case Codec.Pq words -> {
        long bytes = WordRows.bytes(space, words.rowBits(), factors, count);
        yield WordRows.map(space, learnt(words, space), factors, stored(bytes), count);
      }
      case Codec.Prefix prefix -> {
        Projection projection = PrefixSections.projection(file, prefix, space, placement);
        if (prefix.of().hasCodes()) {
          SegmentCodes of = read(prefix.of(), ProjectedCodes.prefixSpace(prefix, space));
          yield new ProjectedCodes(space, projection, of);
        }
        long bytes = SegmentCodes.bytes(codec, space, count);
        yield PrefixRows.map(prefix, space, projection, stored(bytes), count);
      }
      case Codec.F32(), Codec.F16(), Codec.Bf16(), Codec.Int8(), Codec.Rabitq _ -> {
        MemorySegment stored = stored(SegmentCodes.bytes(codec, space, count));
        yield SegmentCodes.map(codec, space, stored, count, seed);
      }
    };
  }

  private MemorySegment stored(long bytes) throws CorruptFileException {
    return placement.place(file.section(SealedLayout.CODES, bytes));
  }

  private WordTraining.Learnt learnt(Codec.Pq codec, VectorSpace space)
      throws CorruptFileException {
    int bits = codec.rowBits();
    int parts = WordTraining.parts(space.dimension(), bits);
    try {
      return WordSections.read(file, space.dimension(), parts, bits, codec.rotated(), placement);
    } catch (IllegalArgumentException mismatch) {
      throw new CorruptFileException(
          file.file(), "words of its rows", String.valueOf(mismatch.getMessage()));
    }
  }
}
