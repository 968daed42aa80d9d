package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import java.util.ArrayList;
import java.util.List;

/// How the rows that a search reads are encoded. A value.
///
/// Whatever the codec, vectors are kept as floats too: codes say where to look, and what is
/// returned is decided and scored by the floats. `d` is the dimension; a row of codes is rounded up
/// to a multiple of 64 bytes, of [Rabitq] to one of 32, of [Pq] and [Prefix] not at all.
public sealed interface Codec {

  /// The coordinates themselves, `4 * d` bytes a row; there are no codes.
  record F32() implements Codec {}

  /// Half precision, `2 * d` bytes a row: see [HalfRows].
  record F16() implements Codec {}

  /// The upper halves of floats, `2 * d` bytes a row: see [HalfRows].
  record Bf16() implements Codec {}

  /// A signed byte a coordinate, `d + 8` bytes a row: see [Int8Rows].
  record Int8() implements Codec {}

  /// A few bits a coordinate of a rotated vector: [RabitqRows], of more than one bit [LevelRows];
  /// in an inverted file the blocks of a [RabitqCode] up to [RabitqCode#MAX_BITS].
  ///
  /// @param bits a coordinate, in `[1, 8]`; 0 for as many as suit the index
  record Rabitq(int bits) implements Codec {
    public Rabitq {
      Require.inRange("bits", bits, 0, MAX_BITS);
    }
  }

  /// The nearest words of the parts of a row, a quarter of a byte a coordinate whatever the bits:
  /// see [ProductQuantizer]. Rows of words ([WordRows]); in an inverted file words of four bits are
  /// in the blocks of a [ProductCode].
  ///
  /// @param bits a part: 4 for parts of two coordinates, 8 for parts of four; 0 for as many as suit
  ///   the index
  /// @param rotated whether rows are turned first, so that words stand for them with less error
  ///   ([RotationTraining])
  record Pq(int bits, boolean rotated) implements Codec {
    public Pq {
      if (bits != 0 && bits != 4 && bits != 8) {
        throw new IllegalArgumentException("bits must be 4 or 8, 0 for either, got " + bits);
      }
    }

    /// Bits a part of rows in lists: 4 if none were asked for, which blocks are scanned by.
    public int listBits() {
      return bits == 0 ? 4 : bits;
    }

    /// Bits a part of rows of words: 8 if none were asked for, which take as many lookups and leave
    /// less error.
    public int rowBits() {
      return bits == 0 ? 8 : bits;
    }
  }

  /// Prefixes of rows at several widths: see [PrefixRows]. Or codes of the widest prefix, as
  /// another codec makes them.
  ///
  /// @param basis what a prefix is made of
  /// @param widths coordinates of prefixes, ascending; up to twelve, of codes of the widest one.
  ///   None for as many as suit the dimension ([#widthsOf])
  /// @param of what codes the widest prefix; [F32] for the coordinates themselves
  record Prefix(Basis basis, List<Integer> widths, Codec of) implements Codec {

    /// Least coordinates of a prefix that suits; half as many of few dimensions. A narrower one
    /// takes as long to compare, for the sake of what surrounds the products.
    private static final int NARROWEST = 32;

    private static final int FEW_DIMENSIONS = 128;

    /// Widths that suit do not exceed the dimension divided by that.
    private static final int SHARE = 3;

    public Prefix {
      widths = List.copyOf(widths);
      Require.inRange("widths", widths.size(), 0, PrefixRows.MAX_WIDTHS);
      int last = 0;
      for (int width : widths) {
        if (width <= last) {
          throw new IllegalArgumentException("widths must be above 0 and ascend, got " + widths);
        }
        last = width;
      }
      if (of instanceof Prefix) {
        throw new IllegalArgumentException("a prefix of a prefix is one, got " + of);
      }
    }

    /// The coordinates of prefixes themselves.
    public Prefix(Basis basis, List<Integer> widths) {
      this(basis, widths, new F32());
    }

    /// The widths that rows of a space have: those that were asked for, or powers of two from 32,
    /// or 16 below 128 dimensions, up to a third of the dimension.
    ///
    /// @throws IllegalArgumentException if one is beyond the dimension, or there can be no such
    ///   axes
    public List<Integer> widthsOf(VectorSpace space) {
      int dimension = space.dimension();
      int most = basis == Basis.PCA ? Math.min(dimension, Projection.MAX_AXES) : dimension;
      if (!widths.isEmpty()) {
        Require.inRange("width", widths.getLast(), 1, most);
        return widths;
      }
      int narrowest = dimension < FEW_DIMENSIONS ? NARROWEST / 2 : NARROWEST;
      List<Integer> suitable = new ArrayList<>(List.of(Math.min(narrowest, dimension)));
      for (int width = 2 * narrowest; width <= Math.min(most, dimension / SHARE); width *= 2) {
        suitable.add(width);
      }
      return suitable;
    }
  }

  /// Most bits a coordinate of [Rabitq].
  int MAX_BITS = 8;

  /// Names by number.
  List<String> NAMES = List.of("f32", "f16", "bf16", "int8", "rabitq", "pq", "opq");

  /// By which files and records know it, for ever, together with its [#bits()]; of prefixes, what
  /// codes them.
  default int number() {
    return switch (this) {
      case F32() -> 0;
      case F16() -> 1;
      case Bf16() -> 2;
      case Int8() -> 3;
      case Rabitq _ -> 4;
      case Pq(_, boolean rotated) -> rotated ? 6 : 5;
      case Prefix(_, _, Codec of) -> of.number();
    };
  }

  /// What users call it, together with its [#bits()].
  default String name() {
    return NAMES.get(number());
  }

  /// Bits a coordinate or, of [Pq], a part that were asked for; 0 for as many as suit, or if there
  /// is no choice.
  default int bits() {
    return switch (this) {
      case Rabitq(int bits) -> bits;
      case Pq(int bits, _) -> bits;
      case Prefix(_, _, Codec of) -> of.bits();
      case F32(), F16(), Bf16(), Int8() -> 0;
    };
  }

  /// Whether an inverted file codes rows relative to the centroids of their lists; else it has rows
  /// as any other index has, of codes or of vectors.
  default boolean isRelative() {
    return switch (this) {
      case Rabitq(int bits) -> bits <= RabitqCode.MAX_BITS;
      case Pq _ -> true;
      case F32(), F16(), Bf16(), Int8(), Prefix _ -> false;
    };
  }

  /// Whether searches read codes; else they read the vectors themselves.
  default boolean hasCodes() {
    return !(this instanceof F32);
  }

  /// The codec with a number.
  ///
  /// @throws IllegalArgumentException if there is none, or none of so many bits
  static Codec numbered(int number, int bits) {
    return named(NAMES.get(Require.inRange("codec", number, 0, NAMES.size() - 1)), bits);
  }

  /// The codec of a name.
  ///
  /// @throws IllegalArgumentException if there is none, or none of so many bits
  static Codec named(String name, int bits) {
    Codec codec =
        switch (name) {
          case "f32" -> new F32();
          case "f16" -> new F16();
          case "bf16" -> new Bf16();
          case "int8" -> new Int8();
          case "rabitq" -> new Rabitq(bits);
          case "pq" -> new Pq(bits, false);
          case "opq" -> new Pq(bits, true);
          default ->
              throw new IllegalArgumentException(
                  "codec must be f32, f16, bf16, int8, rabitq, pq or opq, got " + name);
        };
    if (codec.bits() != bits) {
      throw new IllegalArgumentException(
          "bits are for the codecs rabitq, pq and opq to choose, got %d of %s"
              .formatted(bits, name));
    }
    return codec;
  }
}
