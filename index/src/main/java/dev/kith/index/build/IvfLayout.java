package dev.kith.index.build;

import static dev.kith.index.build.SealedLayout.require;

import dev.kith.index.CorruptFileException;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.BlockCode;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.ProductCode;
import dev.kith.index.codec.ProductRows;
import dev.kith.index.codec.RabitqCode;
import dev.kith.index.codec.RandomRotation;
import dev.kith.index.codec.Rotation;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.codec.WordTraining;
import dev.kith.index.ivf.CoarseQuantizer;
import dev.kith.index.ivf.InvertedFile;
import dev.kith.index.ivf.InvertedLists;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.ListCodes;
import dev.kith.index.ivf.Spill;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Optional;

/// What the sections of a segment with an inverted file hold, beside the section `segment`.
///
/// Ordinals are positions in lists: the rows of a list follow each other, lists follow each other.
/// All numbers are little-endian.
///
/// | section | content |
/// |---|---|
/// | `ivf` | 96 bytes, below |
/// | `labels` | an unsigned int a row: its label less the least one; an unsigned long if one is larger |
/// | `order` | an int a row: ordinals by ascending label |
/// | `rows` | vectors without padding, see [VectorRows#packed] |
/// | `centroids` | one a list, in the layout of [VectorRows] |
/// | those of [CentroidSections] | with many lists only, not in older files: a graph over the centroids |
/// | `centroid-prefixes` | with prefixes of floats: those of the centroids, as those of the rows |
/// | `lists` | an int a list, the ordinal of its first row, and the number of rows |
/// | `spilled` | if rows are in two lists each, as the section `segment` says: an int a list, which of such rows is its first, and their number; then an int for each, its ordinal, ascending in a list. See [Spill] |
/// | `codes` | RABITQ of at most two bits, PQ and OPQ of four: [FastScan] blocks, see [ListCodes.Blocks]; PQ and OPQ of eight: [ProductRows], by entry as blocks are; F32: none; others as [SegmentCodes#stored()] |
/// | those of [TuningSections] | what searches do; in files that were written before November 29, 2026, there are none, and the setting of `ivf` is for any recall |
/// | those of [WordSections] | PQ, OPQ |
/// | those of [PrefixSections] | with codes of prefixes, of which `ivf` says by what codec |
///
/// | offset in `ivf` | type | field |
/// |---|---|---|
/// | 0 | int | lists that were asked for, 0 for as many as suit |
/// | 4 | int | lists |
/// | 8 | int | codec, as [Codec#number()] |
/// | 12 | int | RABITQ: bits a coordinate there are; PQ, OPQ: parts |
/// | 16 | int | most lists to read by default |
/// | 20 | float | rows to score exactly by default for each hit, at least 1 |
/// | 24 | long | seed |
/// | 32 | long | least label |
/// | 40 | int | rows that the centroids were learnt from |
/// | 44 | int | bits that were asked for, as [Codec#bits()]: of PQ and OPQ 0 means 4 |
/// | 48 | double | mean squared distance of those from their centroids |
/// | 56 | double | that of all rows |
/// | 64 | 32 bytes | zero |
///
/// OPQ and bits to ask for came later: readers from before them refuse files with OPQ or 8 bits,
/// and read all others. Readers from before graphs over centroids do without.
final class IvfLayout {
  static final String IVF = "ivf";
  static final String ORDER = "order";
  static final String CENTROIDS = "centroids";
  static final String LISTS = "lists";
  static final String SPILLED = "spilled";
  static final String CENTROID_PREFIXES = "centroid-prefixes";
  static final int IVF_BYTES = 96;

  private IvfLayout() {}

  /// Content of the section `ivf`.
  ///
  /// @param asked lists asked for
  /// @param lists there are
  /// @param detail bits a coordinate of RABITQ, parts of PQ and OPQ, 0 otherwise
  /// @param spill whether rows are in two lists each, which is written elsewhere
  /// @param factors what entries carry beside codes, likewise
  record Header(
      int asked,
      int lists,
      Codec codec,
      int detail,
      int nprobe,
      float rescoreFactor,
      long seed,
      long leastLabel,
      int trained,
      double trainedError,
      double error,
      boolean spill,
      FactorFormat factors) {

    void write(MemorySegment target) {
      target.set(SealedLayout.INT, 0, asked);
      target.set(SealedLayout.INT, 4, lists);
      target.set(SealedLayout.INT, 8, codec.number());
      target.set(SealedLayout.INT, 12, detail);
      target.set(SealedLayout.INT, 16, nprobe);
      target.set(SealedLayout.FLOAT, 20, rescoreFactor);
      target.set(SealedLayout.LONG, 24, seed);
      target.set(SealedLayout.LONG, 32, leastLabel);
      target.set(SealedLayout.INT, 40, trained);
      target.set(SealedLayout.INT, 44, codec.bits());
      target.set(SealedLayout.DOUBLE, 48, trainedError);
      target.set(SealedLayout.DOUBLE, 56, error);
    }

    static Header read(SectionFile file, VectorSpace space, SealedLayout.Header common)
        throws CorruptFileException {
      MemorySegment source = file.section(IVF, IVF_BYTES);
      Codec codec = codec(file, source.get(SealedLayout.INT, 8), source.get(SealedLayout.INT, 44));
      Header header =
          new Header(
              source.get(SealedLayout.INT, 0),
              source.get(SealedLayout.INT, 4),
              common.hasPrefixes() ? PrefixSections.codec(file, space, codec) : codec,
              source.get(SealedLayout.INT, 12),
              source.get(SealedLayout.INT, 16),
              source.get(SealedLayout.FLOAT, 20),
              source.get(SealedLayout.LONG, 24),
              source.get(SealedLayout.LONG, 32),
              source.get(SealedLayout.INT, 40),
              source.get(SealedLayout.DOUBLE, 48),
              source.get(SealedLayout.DOUBLE, 56),
              common.index() == SealedLayout.SPILLED_IVF,
              common.factors());
      header.check(file);
      return header;
    }

    private static Codec codec(SectionFile file, int number, int bits) throws CorruptFileException {
      int last = Codec.NAMES.size() - 1;
      require(number >= 0 && number <= last, file, "codec 0 to " + last, number);
      return SealedLayout.requireBits(file, number, bits);
    }

    private void check(SectionFile file) throws CorruptFileException {
      require(asked >= 0 && asked <= IvfParams.MAX_LISTS, file, "lists asked for", asked);
      require(lists >= 1 && lists <= IvfParams.MAX_LISTS, file, "a number of lists", lists);
      require(nprobe >= 1, file, "a number of lists to read", nprobe);
      requireFactor(file, rescoreFactor);
      boolean holds =
          switch (codec) {
            case Codec.Rabitq(int bits) ->
                bits == 0 ? detail >= 1 && detail <= RabitqCode.MAX_BITS : detail == bits;
            case Codec.Pq _ -> detail >= 1 && detail <= FastScan.MAX_LOOKUPS;
            case Codec.F32(), Codec.F16(), Codec.Bf16(), Codec.Int8() -> detail == 0;
            case Codec.Prefix prefix -> detail == prefix.bits();
          };
      require(holds, file, "bits or parts as the codec %s has".formatted(codec.name()), detail);
    }

    IndexSpec.Ivf index() {
      return new IndexSpec.Ivf(new IvfParams(asked, seed, spill), codec);
    }
  }

  /// How rows are turned for the codec RABITQ.
  static Rotation randomRotation(VectorSpace space, long seed) {
    return new RandomRotation(VectorRows.paddedDimension(space), seed);
  }

  /// Reads everything.
  ///
  /// @param common to files of all indexes
  static SealedIndex.Lists open(
      SectionFile file, VectorSpace space, SealedLayout.Header common, Placement placement)
      throws CorruptFileException {
    int size = common.rows();
    Header header = Header.read(file, space, common);
    LabelColumn labels = labels(file, header, size, placement);
    return new SealedIndex.Lists(labels, header, lists(file, header, space, size, placement));
  }

  private static InvertedFile lists(
      SectionFile file, Header header, VectorSpace space, int size, Placement placement)
      throws CorruptFileException {
    int lists = header.lists;
    VectorRows centroids =
        VectorRows.map(
            space,
            placement.place(file.section(CENTROIDS, VectorRows.strideBytes(space) * lists)),
            lists);
    int[] starts = starts(file, file.section(LISTS, (lists + 1L) * Integer.BYTES), lists, size);
    Spill spill = header.spill ? spill(file, starts, placement) : Spill.none(lists);
    // With codes, vectors are read seldom: they stay in the file.
    MemorySegment section = file.section(SealedLayout.ROWS, VectorRows.packedBytes(space) * size);
    boolean plain = !header.codec.hasCodes();
    VectorRows rows =
        VectorRows.packed(space, plain ? placement.place(section) : placement.leave(section), size);
    ListCodes codes =
        plain
            ? new ListCodes.Plain(rows)
            : codes(file, header, space, size, spill.entryStarts(starts), placement);
    CoarseQuantizer coarse = CentroidSections.read(file, centroids, placement);
    return new InvertedFile(
        new InvertedLists(
            coarse, prefixes(file, header, centroids, codes, placement), starts, spill, codes),
        rows,
        TuningSections.read(file, header));
  }

  /// The prefixes of the centroids; empty if rows have none.
  private static Optional<PrefixRows> prefixes(
      SectionFile file, Header header, VectorRows centroids, ListCodes codes, Placement placement)
      throws CorruptFileException {
    if (!(codes instanceof ListCodes.Rows(SegmentCodes rows))
        || !(rows instanceof PrefixRows prefixes)
        || !(header.codec instanceof Codec.Prefix codec)) {
      return Optional.empty();
    }
    VectorSpace space = centroids.space();
    int lists = centroids.capacity();
    long bytes = SegmentCodes.bytes(codec, space, lists);
    MemorySegment stored = placement.place(file.section(CENTROID_PREFIXES, bytes));
    return Optional.of(PrefixRows.map(codec, space, prefixes.projection(), stored, lists));
  }

  private static ListCodes codes(
      SectionFile file,
      Header header,
      VectorSpace space,
      int size,
      int[] entryStarts,
      Placement placement)
      throws CorruptFileException {
    if (!header.codec.isRelative()) {
      return new ListCodes.Rows(
          new CodeSections(file, size, header.seed, header.factors, placement)
              .read(header.codec, space));
    }
    try {
      return relative(file, header, space, entryStarts, placement);
    } catch (IllegalArgumentException mismatch) {
      throw corrupt(file, "codes of its rows", String.valueOf(mismatch.getMessage()));
    }
  }

  /// @throws IllegalArgumentException if something does not fit
  private static ListCodes.Relative relative(
      SectionFile file, Header header, VectorSpace space, int[] entryStarts, Placement placement)
      throws CorruptFileException {
    if (!(header.codec instanceof Codec.Pq pq)) {
      RabitqCode code = new RabitqCode(VectorRows.paddedDimension(space), header.detail);
      Rotation rotation = randomRotation(space, header.seed);
      return blocks(file, code, Optional.of(rotation), header.factors, entryStarts, placement);
    }
    int bits = pq.listBits();
    WordTraining.Learnt learnt =
        WordSections.read(file, space.dimension(), header.detail, bits, pq.rotated(), placement);
    if (bits == 4) {
      ProductCode code = new ProductCode(learnt.words());
      return blocks(file, code, learnt.rotation(), header.factors, entryStarts, placement);
    }
    int entries = entryStarts[header.lists];
    long bytes = ProductRows.bytes(header.detail, bits, header.factors, entries);
    MemorySegment codes = placement.place(file.section(SealedLayout.CODES, bytes));
    return new ListCodes.Words(
        new ProductRows(learnt.words(), header.factors, codes, entries), learnt.rotation());
  }

  private static ListCodes.Blocks blocks(
      SectionFile file,
      BlockCode code,
      Optional<Rotation> rotation,
      FactorFormat factors,
      int[] entryStarts,
      Placement placement)
      throws CorruptFileException {
    int blocks = ListCodes.firstBlocks(entryStarts)[entryStarts.length - 1];
    long bytes = FastScan.blockBytes(factors, code.lookups()) * blocks;
    MemorySegment stored = placement.place(file.section(SealedLayout.CODES, bytes));
    return new ListCodes.Blocks(code, rotation, factors, stored);
  }

  /// Writes which rows are in a second list.
  static void store(Spill spill, MemorySegment target) {
    int lists = spill.starts().length;
    MemorySegment.copy(spill.starts(), 0, target, SealedLayout.INT, 0, lists);
    MemorySegment.copy(
        spill.positions(), 0, target, (long) lists * Integer.BYTES, spill.positions().byteSize());
  }

  /// Bytes that second lists are stored in.
  static long bytes(Spill spill) {
    return (long) spill.starts().length * Integer.BYTES + spill.positions().byteSize();
  }

  private static Spill spill(SectionFile file, int[] own, Placement placement)
      throws CorruptFileException {
    int lists = own.length - 1;
    int spilled = lists == 1 ? 0 : own[lists];
    long startsBytes = (lists + 1L) * Integer.BYTES;
    MemorySegment section = file.section(SPILLED, startsBytes + (long) spilled * Integer.BYTES);
    int[] starts = starts(file, section, lists, spilled);
    MemorySegment positions = section.asSlice(startsBytes);
    BitSet seen = new BitSet(spilled);
    for (int list = 0; list < lists; list++) {
      int last = -1;
      for (int i = starts[list]; i < starts[list + 1]; i++) {
        int position = positions.getAtIndex(SealedLayout.INT, i);
        boolean isOwn = position >= own[list] && position < own[list + 1];
        require(position > last && position < spilled, file, "spilled rows in order", position);
        require(!isOwn, file, "spilled rows of other lists", position);
        require(!seen.get(position), file, "rows that are spilled once", position);
        seen.set(position);
        last = position;
      }
    }
    return new Spill(starts, placement.place(section).asSlice(startsBytes));
  }

  private static int[] starts(SectionFile file, MemorySegment section, int lists, int size)
      throws CorruptFileException {
    int[] starts = new int[lists + 1];
    for (int i = 0; i <= lists; i++) {
      starts[i] = section.getAtIndex(SealedLayout.INT, i);
      require(starts[i] >= (i == 0 ? 0 : starts[i - 1]), file, "lists in order", starts[i]);
    }
    require(starts[0] == 0, file, "a first list from row 0 on", starts[0]);
    require(starts[lists] == size, file, "lists of %d rows".formatted(size), starts[lists]);
    return starts;
  }

  private static LabelColumn labels(SectionFile file, Header header, int size, Placement placement)
      throws CorruptFileException {
    long bytes = (long) size * Integer.BYTES;
    MemorySegment order = placement.place(file.section(ORDER, bytes));
    for (int i = 0; i < size; i++) {
      int ordinal = order.getAtIndex(SealedLayout.INT, i);
      require(ordinal >= 0 && ordinal < size, file, "an ordinal below " + size, ordinal);
    }
    MemorySegment labels = file.section(SealedLayout.LABELS);
    if (labels.byteSize() != bytes && labels.byteSize() != 2 * bytes) {
      throw corrupt(
          file,
          "section 'labels' of %d or %d bytes".formatted(bytes, 2 * bytes),
          Long.toString(labels.byteSize()));
    }
    return new LabelColumn.Ordered(header.leastLabel, placement.place(labels), order, size);
  }

  static void requireFactor(SectionFile file, float factor) throws CorruptFileException {
    if (!(factor >= 1 && Float.isFinite(factor))) {
      throw corrupt(file, "a factor of at least 1 for rescoring", Float.toString(factor));
    }
  }

  private static CorruptFileException corrupt(SectionFile file, String expected, String found) {
    return new CorruptFileException(file.file(), expected, found);
  }
}
