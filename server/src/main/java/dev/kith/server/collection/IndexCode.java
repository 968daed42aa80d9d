package dev.kith.server.collection;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// An index within a stored record: kind 1 (1 flat, 2 HNSW, 3 HNSW of the fast layout, 4 HNSW
/// walked on codes, 5 inverted lists, 6 scan of codes, 7 inverted lists with each row in two; 2 to
/// 4: m 4, efConstruction 4, seed 8; 5 and 7: lists 4, seed 8; 4 to 7: codec 1 (in the lower half 1
/// f16, 2 bf16, 3 int8, 4 rabitq, 5 pq, 6 opq; 5 and 7 only: 0 f32; in the upper half the bits that
/// were asked for, 0 for as many as suit)). A codec of prefixes has 8 more in the lower half, that
/// of whole vectors 0 to 7; behind it follow the basis 1 (0 as is, 1 PCA), a number of widths 1,
/// and the widths, 4 each. The first byte has room for flags of whoever stores it, in the bits 16
/// and 32.
///
/// Kind 3 came later, then kinds 4 and 5, then bits and kind 6, then kind 7, pq and opq of kinds 4
/// and 6, and prefixes. Servers from before them refuse a record that has one.
final class IndexCode {
  private static final byte FLAT = 1;
  private static final byte HNSW = 2;
  private static final byte HNSW_FAST = 3;
  private static final byte HNSW_CODED = 4;
  private static final byte IVF = 5;
  private static final byte FLAT_CODED = 6;
  private static final byte IVF_SPILLED = 7;
  private static final int BITS_SHIFT = 4;

  /// In the lower half of a codec: that it is of prefixes.
  private static final int PREFIXES = 8;

  private IndexCode() {}

  static int bytes(IndexSpec index) {
    int prefixes =
        index.codec() instanceof Codec.Prefix prefix
            ? 2 + prefix.widths().size() * Integer.BYTES
            : 0;
    return bytes(kind(index)) + prefixes;
  }

  private static int bytes(int kind) {
    return switch (kind) {
      case FLAT -> 1;
      case FLAT_CODED -> 2;
      case HNSW_CODED -> 18;
      case IVF, IVF_SPILLED -> 14;
      default -> 17;
    };
  }

  static void put(ByteBuffer out, IndexSpec index, int flags) {
    out.put((byte) (kind(index) | flags));
    switch (index) {
      case IndexSpec.Flat(Codec codec) -> {
        if (codec.hasCodes()) {
          put(out, codec);
        }
      }
      case IndexSpec.Hnsw(HnswParams params, _, Codec codec) -> {
        out.putInt(params.m()).putInt(params.efConstruction()).putLong(params.seed());
        if (codec.hasCodes()) {
          put(out, codec);
        }
      }
      case IndexSpec.Ivf(IvfParams params, Codec codec) ->
          put(out.putInt(params.lists()).putLong(params.seed()), codec);
    }
  }

  /// Reads an index.
  ///
  /// @param record name of the record
  /// @param flags that its first byte has
  /// @throws dev.kith.server.refusal.RefusedException with `DataLoss` if there is none
  /// @throws IllegalArgumentException if a value is out of range
  static IndexSpec get(String record, ByteBuffer in, int flags) {
    if (!in.hasRemaining()) {
      throw Records.damaged(record, "an index", "no more bytes");
    }
    byte stored = in.get();
    int kind = stored & ~flags;
    if (kind < FLAT || kind > IVF_SPILLED || in.remaining() < bytes(kind) - 1) {
      throw Records.damaged(record, "an index of kind 1 to 7", "kind %d".formatted(kind));
    }
    return switch (kind) {
      case FLAT -> new IndexSpec.Flat();
      case FLAT_CODED -> new IndexSpec.Flat(codec(record, in, 1));
      case IVF, IVF_SPILLED ->
          new IndexSpec.Ivf(
              new IvfParams(in.getInt(), in.getLong(), kind == IVF_SPILLED), codec(record, in, 0));
      default ->
          new IndexSpec.Hnsw(
              new HnswParams(in.getInt(), in.getInt(), in.getLong()),
              kind == HNSW_FAST ? Layout.FAST : Layout.COMPACT,
              kind == HNSW_CODED ? codec(record, in, 1) : new Codec.F32());
    };
  }

  private static byte kind(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat(Codec codec) -> codec.hasCodes() ? FLAT_CODED : FLAT;
      case IndexSpec.Hnsw(_, Layout layout, Codec codec) ->
          switch (layout) {
            case COMPACT -> codec.hasCodes() ? HNSW_CODED : HNSW;
            case FAST -> HNSW_FAST;
          };
      case IndexSpec.Ivf(IvfParams params, _) -> params.spill() ? IVF_SPILLED : IVF;
    };
  }

  private static void put(ByteBuffer out, Codec codec) {
    int code = codec.bits() << BITS_SHIFT | codec.number();
    if (codec instanceof Codec.Prefix(Basis basis, List<Integer> widths, _)) {
      out.put((byte) (code | PREFIXES)).put((byte) basis.number()).put((byte) widths.size());
      widths.forEach(out::putInt);
    } else {
      out.put((byte) code);
    }
  }

  private static Codec codec(String record, ByteBuffer in, int least) {
    byte stored = in.get();
    int number = stored & PREFIXES - 1;
    boolean ofPrefixes = (stored & PREFIXES) != 0;
    int first = ofPrefixes ? 0 : least;
    int most = Codec.NAMES.size() - 1;
    if (number < first || number > most) {
      throw Records.damaged(record, "a codec from %d to %d".formatted(first, most), "" + number);
    }
    Codec codec = Codec.numbered(number, Byte.toUnsignedInt(stored) >>> BITS_SHIFT);
    return ofPrefixes ? prefixes(record, in, codec) : codec;
  }

  private static Codec.Prefix prefixes(String record, ByteBuffer in, Codec of) {
    int basis = in.remaining() < 2 ? -1 : in.get();
    int count = basis < 0 ? -1 : in.get();
    if (count < 0 || in.remaining() < count * Integer.BYTES) {
      throw Records.damaged(record, "a basis and widths of prefixes", "no more bytes");
    }
    List<Integer> widths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      widths.add(in.getInt());
    }
    return new Codec.Prefix(Basis.numbered(basis), widths, of);
  }
}
