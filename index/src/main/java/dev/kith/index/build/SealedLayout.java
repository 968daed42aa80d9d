package dev.kith.index.build;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.kith.index.CorruptFileException;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.WordTraining;
import dev.kith.index.hnsw.Graph;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.IntrinsicDimension;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.store.SectionFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// What the sections of a sealed segment hold. The container around them is a
/// [dev.kith.index.store.SectionFile].
///
/// All numbers are little-endian.
///
/// | section | content |
/// |---|---|
/// | `segment` | 64 bytes, below |
/// | `labels` | a long a row, ascending |
/// | `rows` | vectors in the layout of [dev.kith.index.store.VectorRows] |
/// | `codes` | with a codec other than floats only, as [SegmentCodes#stored()] |
/// | those of [PrefixSections] | with codes of prefixes |
/// | those of [WordSections] | with the codecs pq and opq; a row has as many parts as [WordTraining#parts] says |
/// | `links`, `pointers`, `upper` | with a graph only, the layout of [dev.kith.index.hnsw.GraphLinks] |
/// | `dimension` | with a graph only, not in older files: a double, the dimension of the data as measured while they were linked, 0 if it is not known ([dev.kith.index.hnsw.IntrinsicDimension]) |
/// | those of [IvfLayout] | with an inverted file, instead of `labels` and `rows` as above |
/// | `records`, `pivots` | with a graph in layout FAST, instead of `rows` and `links`: see [dev.kith.index.hnsw.FastGraph] |
///
/// | offset in `segment` | type | field |
/// |---|---|---|
/// | 0 | int | version of this layout: 1, 3 with records, 4 with codes, 5 with lists, 6 if rows are in two, 7 with estimates by factors of 16 bits, 8 with codes of prefixes; 2 in files whose records do not mark what fills them |
/// | 4 | int | dimension |
/// | 8 | int | metric: 1 cosine, 2 dot, 3 euclidean |
/// | 12 | int | index: 1 flat, 2 hnsw, 3 inverted file, 4 one whose rows are in two lists each |
/// | 16 | long | LSN the rows cover |
/// | 24 | int | rows |
/// | 28 | int | hnsw: m |
/// | 32 | int | hnsw: efConstruction |
/// | 36 | int | hnsw: entry node, -1 if there are no rows |
/// | 40 | int | hnsw: level of the entry |
/// | 44 | int | hnsw: bits a coordinate of the codes in `records`, 0 if there are none; with the codecs rabitq, pq and opq, those asked for, 0 for as many as suit: of pq and opq 8 |
/// | 48 | long | hnsw, and with codes: seed |
/// | 56 | int | flat and hnsw: codec: 0 floats, 1 f16, 2 bf16, 3 int8, 4 rabitq, 5 pq, 6 opq |
/// | 60 | float | with codes: rows to score exactly for each hit, as measured when sealed; at least 1 |
///
/// Codes of pq and opq, and those in lists that are relative to centroids, carry an addend and a
/// factor ([FactorFormat]): two floats up to version 6, two halves from version 7 on, whatever the
/// index.
final class SealedLayout {
  static final String SEGMENT = "segment";
  static final String LABELS = "labels";
  static final String ROWS = "rows";
  static final String LINKS = "links";
  static final String POINTERS = "pointers";
  static final String UPPER = "upper";
  static final String CODES = "codes";
  static final String DIMENSION = "dimension";
  static final String RECORDS = "records";
  static final String PIVOTS = "pivots";

  /// Of files without records, which earlier readers understand.
  static final int VERSION_1 = 1;

  /// Of files with records that do not mark which links only fill them.
  static final int VERSION_2 = 2;

  /// Of files with records that do.
  static final int VERSION_3 = 3;

  /// Of files with codes.
  static final int VERSION_4 = 4;

  /// Of files with an inverted file: see [IvfLayout].
  static final int VERSION_5 = 5;

  /// Of files with one whose rows are in two lists each.
  static final int VERSION_6 = 6;

  /// Of files, with or without lists, whose codes carry factors, of 16 bits each; those of records
  /// are none of them.
  static final int VERSION_7 = 7;

  /// Of files, with or without lists, whose codes are of prefixes: see [PrefixSections]. The codec
  /// is that of the prefixes.
  static final int VERSION_8 = 8;

  /// The least number of a codec of words.
  private static final int FIRST_OF_WORDS = new Codec.Pq(0, false).number();

  static final int SEGMENT_BYTES = 64;
  static final int FLAT = 1;
  static final int HNSW = 2;
  static final int IVF = 3;
  static final int SPILLED_IVF = 4;

  static final ValueLayout.OfInt INT = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT = JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE = JAVA_DOUBLE.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private SealedLayout() {}

  /// The content of the section `segment`.
  ///
  /// @param version of the layout
  /// @param metric 1 cosine, 2 dot, 3 euclidean
  /// @param index [#FLAT], [#HNSW], [#IVF] or [#SPILLED_IVF]; the fields after `rows` that are not
  ///   said to be of others are zero without a graph
  record Header(
      int version, int dimension, int metric, int index, long lsn, int rows, GraphHeader graph) {

    void write(MemorySegment target) {
      target.set(INT, 0, version);
      target.set(INT, 4, dimension);
      target.set(INT, 8, metric);
      target.set(INT, 12, index);
      target.set(LONG, 16, lsn);
      target.set(INT, 24, rows);
      target.set(INT, 28, graph.m());
      target.set(INT, 32, graph.efConstruction());
      target.set(INT, 36, graph.entryNode());
      target.set(INT, 40, graph.entryLevel());
      target.set(INT, 44, graph.bits());
      target.set(LONG, 48, graph.seed());
      target.set(INT, 56, graph.codec());
      target.set(FLOAT, 60, graph.rescoreFactor());
    }

    /// What codes carry that carry factors.
    FactorFormat factors() {
      return version < VERSION_7 ? FactorFormat.FLOAT : FactorFormat.BF16;
    }

    /// Whether there is an inverted file.
    boolean hasLists() {
      return index == IVF || index == SPILLED_IVF;
    }

    /// Whether there are records.
    boolean isFast() {
      return graph.bits() > 0 && !isCoded();
    }

    /// Whether codes are searched in place of the rows.
    boolean isCoded() {
      return graph.codec() != 0 || (hasPrefixes() && !hasLists());
    }

    /// Whether codes are of prefixes.
    boolean hasPrefixes() {
      return version == VERSION_8;
    }

    /// The codec, of a header that was checked; of prefixes, what codes those.
    Codec codec() {
      return Codec.numbered(graph.codec(), isCoded() ? graph.bits() : 0);
    }

    /// Reads and checks it.
    ///
    /// @param space what the vectors must be
    static Header read(SectionFile file, VectorSpace space) throws CorruptFileException {
      MemorySegment source = file.section(SEGMENT, SEGMENT_BYTES);
      int version = source.get(INT, 0);
      require(
          version >= VERSION_1 && version <= VERSION_8,
          file,
          "segment layout version 1 to 8",
          version);
      Header header =
          new Header(
              version,
              source.get(INT, 4),
              source.get(INT, 8),
              source.get(INT, 12),
              source.get(LONG, 16),
              source.get(INT, 24),
              new GraphHeader(
                  source.get(INT, 28),
                  source.get(INT, 32),
                  source.get(INT, 36),
                  source.get(INT, 40),
                  source.get(INT, 44),
                  source.get(LONG, 48),
                  source.get(INT, 56),
                  source.get(FLOAT, 60)));
      header.requireCodec(file);
      header.check(file, space);
      return header;
    }

    private void check(SectionFile file, VectorSpace space) throws CorruptFileException {
      int mostBits = mostBits();
      require(
          graph.bits() >= 0 && graph.bits() <= mostBits,
          file,
          "codes of at most %d bits".formatted(mostBits),
          graph.bits());
      if (isCoded()) {
        requireBits(file, graph.codec(), graph.bits());
      }
      require(dimension == space.dimension(), file, space.dimension() + " dimensions", dimension);
      int expected = code(space.metric());
      require(metric == expected, file, "metric " + expected, metric);
      require(
          rows >= 0 && rows <= GrowingSegment.MAX_CAPACITY,
          file,
          "a number of rows in [0, %d]".formatted(GrowingSegment.MAX_CAPACITY),
          rows);
      switch (version) {
        case VERSION_5 -> require(index == IVF, file, "index 3", index);
        case VERSION_6 -> require(index == SPILLED_IVF, file, "index 4", index);
        case VERSION_7, VERSION_8 ->
            require(index >= FLAT && index <= SPILLED_IVF, file, "index 1 to 4", index);
        default -> require(index == FLAT || index == HNSW, file, "index 1 or 2", index);
      }
    }

    private int mostBits() {
      return switch (version) {
        case VERSION_2, VERSION_3 -> index == HNSW ? RabitqCode.MAX_BITS : 0;
        case VERSION_4, VERSION_7, VERSION_8 ->
            switch (Codec.numbered(graph.codec(), 0)) {
              case Codec.Rabitq _, Codec.Pq _ -> Codec.MAX_BITS;
              case Codec.F32(), Codec.F16(), Codec.Bf16(), Codec.Int8(), Codec.Prefix _ -> 0;
            };
        default -> 0;
      };
    }

    private void requireCodec(SectionFile file) throws CorruptFileException {
      int codec = graph.codec();
      boolean mayHaveCodes = version == VERSION_4 || (version >= VERSION_7 && !hasLists());
      int first =
          switch (version) {
            case VERSION_7 -> FIRST_OF_WORDS;
            case VERSION_8 -> 0;
            default -> 1;
          };
      int last = Codec.NAMES.size() - 1;
      require(
          mayHaveCodes ? codec >= first && codec <= last : codec == 0,
          file,
          mayHaveCodes ? "codec %d to %d".formatted(first, last) : "no codec",
          codec);
      float factor = graph.rescoreFactor();
      if (mayHaveCodes ? !(factor >= 1 && Float.isFinite(factor)) : factor != 0) {
        throw new CorruptFileException(
            file.file(),
            mayHaveCodes ? "a factor of at least 1 for rescoring" : "no factor for rescoring",
            Float.toString(factor));
      }
    }
  }

  /// The version that a file of an index is written in: the oldest whose readers understand it.
  static int version(IndexSpec index) {
    boolean coded = index.codec().hasCodes();
    boolean words = index.codec() instanceof Codec.Pq;
    if (index.codec() instanceof Codec.Prefix) {
      return VERSION_8;
    }
    return switch (index) {
      case IndexSpec.Flat _ when words -> VERSION_7;
      case IndexSpec.Flat _ -> coded ? VERSION_4 : VERSION_1;
      case IndexSpec.Hnsw _ when words -> VERSION_7;
      case IndexSpec.Hnsw(_, Layout layout, _) when layout == Layout.FAST -> VERSION_3;
      case IndexSpec.Hnsw _ -> coded ? VERSION_4 : VERSION_1;
      case IndexSpec.Ivf(_, Codec codec) when codec.isRelative() -> VERSION_7;
      case IndexSpec.Ivf(var params, _) -> params.spill() ? VERSION_6 : VERSION_5;
    };
  }

  /// @param bits a coordinate of neighbours' codes, or that were asked for of the codec; 0 if there
  ///   are none
  /// @param codec as [Codec#number()]; zero, as is `rescoreFactor`, in versions before 4
  record GraphHeader(
      int m,
      int efConstruction,
      int entryNode,
      int entryLevel,
      int bits,
      long seed,
      int codec,
      float rescoreFactor) {
    static final GraphHeader NONE = new GraphHeader(0, 0, 0, 0, 0, 0, 0, 0);

    Graph.Entry entry() {
      return new Graph.Entry(entryNode, entryLevel);
    }
  }

  static int code(Metric metric) {
    return switch (metric) {
      case COSINE -> 1;
      case DOT -> 2;
      case EUCLIDEAN -> 3;
    };
  }

  /// Reads a codec.
  ///
  /// @param number one that there is
  /// @throws CorruptFileException if it has no such bits
  static Codec requireBits(SectionFile file, int number, int bits) throws CorruptFileException {
    try {
      return Codec.numbered(number, bits);
    } catch (IllegalArgumentException impossible) {
      throw new CorruptFileException(
          file.file(),
          "bits as the codec %s has".formatted(Codec.NAMES.get(number)),
          String.valueOf(impossible.getMessage()));
    }
  }

  /// @param of what is said behind `m`: empty for a graph of rows
  /// @throws CorruptFileException if no graph has such links
  static void requireM(SectionFile file, String of, int m) throws CorruptFileException {
    require(
        m >= HnswParams.MIN_M && m <= HnswParams.MAX_M,
        file,
        "m%s in [%d, %d]".formatted(of, HnswParams.MIN_M, HnswParams.MAX_M),
        m);
  }

  /// @param of what has the dimension
  /// @throws CorruptFileException if nothing can have it
  static double requireDimension(SectionFile file, String of, double dimension)
      throws CorruptFileException {
    if (!(dimension >= IntrinsicDimension.UNKNOWN && Double.isFinite(dimension))) {
      throw new CorruptFileException(
          file.file(), "a dimension of %s of at least 0".formatted(of), Double.toString(dimension));
    }
    return dimension;
  }

  /// @throws CorruptFileException unless something holds
  static void require(boolean holds, SectionFile file, String expected, int found)
      throws CorruptFileException {
    if (!holds) {
      throw new CorruptFileException(file.file(), expected, Integer.toString(found));
    }
  }
}
