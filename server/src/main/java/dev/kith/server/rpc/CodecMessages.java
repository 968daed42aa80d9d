package dev.kith.server.rpc;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.OrthogonalRotation;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.PrincipalComponents;
import dev.kith.index.codec.Projection;
import dev.kith.proto.v1.Basis;
import dev.kith.proto.v1.Prefixes;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.VectorSchema;
import dev.kith.server.collection.CollectionSpec;
import java.util.List;
import java.util.OptionalInt;

/// Translates codecs: that of vectors, its bits, and the prefixes that it may be of.
final class CodecMessages {

  private static final int UNSET = dev.kith.proto.v1.Codec.CODEC_UNSPECIFIED_VALUE;

  /// From so many dimensions on there are widths that suit: the narrowest is less than that.
  private static final int LEAST_DIMENSION = 17;

  private final Fields fields;
  private final Paths paths;
  private final int dimension;

  /// @param fields takes what is wrong
  /// @param dimension of the vectors
  CodecMessages(Fields fields, Paths paths, int dimension) {
    this.fields = fields;
    this.paths = paths;
    this.dimension = dimension;
  }

  /// Where the parts of a codec are in a request.
  ///
  /// @param codec of which bits are beside it
  record Paths(String codec, String widths, String basis) {
    static final Paths OF_SCHEMA = new Paths("vector.codec", "vector.prefixes", "vector.basis");
    static final Paths OF_UPDATE = new Paths("codec", "prefixes.widths", "prefixes.basis");
  }

  /// What a request says of a codec.
  ///
  /// @param number of the codec; that of `CODEC_UNSPECIFIED` for what suits
  /// @param bits of it; empty for as many as suit
  /// @param prefixes empty for none
  record Asked(int number, OptionalInt bits, Prefixes prefixes) {

    static Asked of(VectorSchema schema) {
      return new Asked(
          schema.getCodecValue(),
          schema.hasCodecBits() ? OptionalInt.of(schema.getCodecBits()) : OptionalInt.empty(),
          Prefixes.newBuilder()
              .addAllWidths(schema.getPrefixesList())
              .setBasisValue(schema.getBasisValue())
              .build());
    }

    /// What a change asks for; what it leaves unset is as the collection has it, or has its default
    /// beside an index or prefixes that are new.
    static Asked of(UpdateCollectionRequest request, CollectionSpec present) {
      Codec codec = present.index().codec();
      boolean isNew = request.hasIndex() || request.hasPrefixes();
      boolean stays = !isNew && request.getCodecValue() == UNSET;
      return new Asked(
          stays ? write(codec).getNumber() : request.getCodecValue(),
          request.hasCodecBits() ? OptionalInt.of(request.getCodecBits()) : OptionalInt.empty(),
          isNew ? request.getPrefixes() : CodecMessages.prefixes(codec, present.space()));
    }

    /// Whether a change says anything of a codec.
    static boolean isAny(UpdateCollectionRequest request) {
      return request.getCodecValue() != UNSET || request.hasCodecBits() || request.hasPrefixes();
    }

    private boolean isOfVectors() {
      return number != UNSET || bits.isPresent();
    }

    private boolean isOfPrefixes() {
      return prefixes.getWidthsCount() > 0 || prefixes.getBasis() != Basis.BASIS_UNSPECIFIED;
    }
  }

  /// Refuses whatever was said for an index that is chosen by itself.
  void refuse(Asked asked) {
    if (asked.isOfVectors()) {
      fields.wrong(paths.codec, "is chosen with the index where that is auto: leave it unset");
    }
    if (asked.isOfPrefixes()) {
      fields.wrong(paths.widths, "are not for an index that is chosen by itself: leave them unset");
    }
  }

  /// Reads a codec. No good if something is wrong with it.
  ///
  /// @param ofLists whether it is of inverted lists
  Codec read(Asked asked, boolean ofLists) {
    Codec codec = withBits(codec(asked, ofLists && !asked.isOfPrefixes()), asked.bits);
    return asked.isOfPrefixes() ? prefixes(asked.prefixes, codec) : codec;
  }

  private Codec codec(Asked asked, boolean ofWholeLists) {
    return switch (dev.kith.proto.v1.Codec.forNumber(asked.number)) {
      case CODEC_UNSPECIFIED -> {
        if (!ofWholeLists) {
          yield new Codec.F32();
        }
        yield dimension <= Layout.MAX_FAST_DIMENSION ? new Codec.Rabitq(0) : new Codec.Int8();
      }
      case CODEC_F32 -> new Codec.F32();
      case CODEC_F16 -> new Codec.F16();
      case CODEC_BF16 -> new Codec.Bf16();
      case CODEC_INT8 -> new Codec.Int8();
      case CODEC_RABITQ -> new Codec.Rabitq(0);
      case CODEC_PQ -> new Codec.Pq(0, false);
      case CODEC_OPQ -> new Codec.Pq(0, true);
      case null, default -> throw Fields.unsupported(paths.codec, asked.number);
    };
  }

  private Codec withBits(Codec codec, OptionalInt asked) {
    if (asked.isEmpty()) {
      return codec;
    }
    String field = paths.codec + "_bits";
    int bits = asked.getAsInt();
    return switch (codec) {
      case Codec.Rabitq _ -> new Codec.Rabitq(fields.number(field, bits, 1, Codec.MAX_BITS));
      case Codec.Pq(_, boolean rotated) -> {
        if (bits != 4 && bits != 8) {
          fields.wrong(field, "must be 4 or 8, got " + Integer.toUnsignedLong(bits));
          yield codec;
        }
        yield new Codec.Pq(bits, rotated);
      }
      case Codec.F32(), Codec.F16(), Codec.Bf16(), Codec.Int8(), Codec.Prefix _ -> {
        fields.wrong(
            field, "is for CODEC_RABITQ, CODEC_PQ and CODEC_OPQ, got %s".formatted(write(codec)));
        yield codec;
      }
    };
  }

  /// Prefixes of given or suitable widths, or else what codes them.
  private Codec prefixes(Prefixes asked, Codec of) {
    dev.kith.index.codec.Basis basis = basis(asked);
    boolean isLearnt = basis == dev.kith.index.codec.Basis.PCA;
    boolean isRight = areWidths(asked.getWidthsList(), isLearnt) && isOfOne(asked, of);
    if (isLearnt && dimension > PrincipalComponents.MAX_DIMENSION) {
      fields.wrong(
          paths.basis,
          "BASIS_PCA is for at most %d dimensions, got %d"
              .formatted(PrincipalComponents.MAX_DIMENSION, dimension));
      isRight = false;
    }
    if (asked.getWidthsCount() == 0 && dimension < LEAST_DIMENSION) {
      fields.wrong(
          paths.widths,
          "is required below %d dimensions, where no widths are known to suit, got none of %d"
              .formatted(LEAST_DIMENSION, dimension));
      isRight = false;
    }
    // What is wrong is said; floats are good for any index, so that no more is said of it.
    return isRight ? suitable(new Codec.Prefix(basis, asked.getWidthsList(), of)) : new Codec.F32();
  }

  /// The same with widths, where none were asked for those that suit.
  private Codec suitable(Codec.Prefix codec) {
    List<Integer> widths = codec.widthsOf(new VectorSpace(dimension, Metric.DOT));
    Codec of = codec.of();
    int widest = widths.getLast();
    boolean isTurned = of instanceof Codec.Pq(_, boolean rotated) && rotated;
    if (isTurned && widest > OrthogonalRotation.MAX_DIMENSION) {
      fields.wrong(
          paths.widths,
          "of CODEC_OPQ must be at most %d, got %d"
              .formatted(OrthogonalRotation.MAX_DIMENSION, widest));
      return new Codec.F32();
    }
    return new Codec.Prefix(codec.basis(), used(of, widths), of);
  }

  /// The widths that searches compare: codes are of the widest alone.
  private static List<Integer> used(Codec of, List<Integer> widths) {
    return of.hasCodes() ? List.of(widths.getLast()) : widths;
  }

  private dev.kith.index.codec.Basis basis(Prefixes asked) {
    return switch (asked.getBasis()) {
      case BASIS_UNSPECIFIED, BASIS_AS_IS -> dev.kith.index.codec.Basis.AS_IS;
      case BASIS_PCA -> dev.kith.index.codec.Basis.PCA;
      case UNRECOGNIZED -> throw Fields.unsupported(paths.basis, asked.getBasisValue());
    };
  }

  private boolean areWidths(List<Integer> widths, boolean isLearnt) {
    if (widths.size() > PrefixRows.MAX_WIDTHS) {
      fields.wrong(
          paths.widths,
          "must be at most %d, got %d".formatted(PrefixRows.MAX_WIDTHS, widths.size()));
      return false;
    }
    int below = isLearnt ? Math.min(dimension, Projection.MAX_AXES + 1) : dimension;
    int last = 0;
    for (int width : widths) {
      if (width <= last || width >= below) {
        fields.wrong(
            paths.widths,
            "must ascend from at least 1 to at most %d%s, got %s"
                .formatted(
                    below - 1,
                    below < dimension ? " along learnt axes" : ", which is below the dimension",
                    shown(widths)));
        return false;
      }
      last = width;
    }
    return true;
  }

  private static String shown(List<Integer> widths) {
    return widths.stream().map(Integer::toUnsignedString).toList().toString();
  }

  private boolean isOfOne(Prefixes asked, Codec of) {
    int count = asked.getWidthsCount();
    if (of.hasCodes() && count > 1) {
      fields.wrong(
          paths.widths,
          "must be one with %s, which codes the widest alone, got %d; CODEC_F32 takes up to %d"
              .formatted(write(of), count, PrefixRows.MAX_WIDTHS));
      return false;
    }
    return true;
  }

  /// Writes a codec, its bits and its prefixes into a schema.
  static void write(VectorSchema.Builder schema, Codec codec) {
    VectorSpace space = new VectorSpace(schema.getDimension(), Metric.DOT);
    Prefixes prefixes = prefixes(codec, space);
    schema
        .setCodec(write(codec))
        .addAllPrefixes(prefixes.getWidthsList())
        .setBasis(prefixes.getBasis());
    if (codec.bits() > 0) {
      schema.setCodecBits(codec.bits());
    }
  }

  /// Writes the prefixes of a codec; none if it is of whole vectors.
  static Prefixes prefixes(Codec codec, VectorSpace space) {
    if (!(codec instanceof Codec.Prefix prefix)) {
      return Prefixes.getDefaultInstance();
    }
    return Prefixes.newBuilder()
        .addAllWidths(widths(codec, space))
        .setBasis(
            switch (prefix.basis()) {
              case AS_IS -> Basis.BASIS_AS_IS;
              case PCA -> Basis.BASIS_PCA;
            })
        .build();
  }

  /// The widths of the prefixes of a codec; empty if it is of whole vectors.
  static List<Integer> widths(Codec codec, VectorSpace space) {
    return codec instanceof Codec.Prefix prefix
        ? used(prefix.of(), prefix.widthsOf(space))
        : List.of();
  }

  /// Writes a codec without its bits; of prefixes, what codes them.
  static dev.kith.proto.v1.Codec write(Codec codec) {
    return switch (codec) {
      case Codec.F32() -> dev.kith.proto.v1.Codec.CODEC_F32;
      case Codec.F16() -> dev.kith.proto.v1.Codec.CODEC_F16;
      case Codec.Bf16() -> dev.kith.proto.v1.Codec.CODEC_BF16;
      case Codec.Int8() -> dev.kith.proto.v1.Codec.CODEC_INT8;
      case Codec.Rabitq _ -> dev.kith.proto.v1.Codec.CODEC_RABITQ;
      case Codec.Pq(_, boolean rotated) ->
          rotated ? dev.kith.proto.v1.Codec.CODEC_OPQ : dev.kith.proto.v1.Codec.CODEC_PQ;
      case Codec.Prefix(_, _, Codec of) -> write(of);
    };
  }
}
