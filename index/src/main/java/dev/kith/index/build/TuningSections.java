package dev.kith.index.build;

import static dev.kith.index.build.SealedLayout.require;

import dev.kith.index.CorruptFileException;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.Widths;
import dev.kith.index.ivf.Reach;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.SectionFileWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The sections that hold what searches of an inverted file do to find so much ([Tuning]).
///
/// | section | content |
/// |---|---|
/// | `tuning` | 24 bytes a setting, by ascending recall; files from before it have one in `ivf` |
/// | `tuned-widths` | where there are prefixes, 120 bytes a setting, in the same order; files from before it compare the widest |
///
/// | offset in `tuning` | type | field |
/// |---|---|---|
/// | 0 | double | recall |
/// | 8 | int | most lists to read |
/// | 12 | int | lists to read in a row that change nothing |
/// | 16 | float | rows to score exactly for each hit, at least 1 |
/// | 20 | int | zero |
///
/// | offset in `tuned-widths` | type | field |
/// |---|---|---|
/// | 0 | double | products of coordinates that it takes |
/// | 8 | int | 0 for the widest prefixes, 1 for whole vectors, 2 for a ladder; below are those of a ladder |
/// | 12 | int | width of centroids, 0 for whole ones |
/// | 16 | int | number of rungs |
/// | 20 | int | zero |
/// | 24 | 96 bytes | for each rung an int, its width, and an int, rows it keeps; zero after the last |
final class TuningSections {
  static final String TUNING = "tuning";
  static final String WIDTHS = "tuned-widths";
  private static final int TUNING_BYTES = 24;
  private static final int RUNGS = 24;
  private static final int RUNG_BYTES = 8;
  private static final int WIDTHS_BYTES = RUNGS + RUNG_BYTES * PrefixRows.MAX_WIDTHS;

  private static final int USUAL = 0;
  private static final int FULL = 1;
  private static final int LADDER = 2;

  private TuningSections() {}

  /// Writes a tuning.
  static void write(Tuning tuning, SectionFileWriter writer, Arena arena) throws IOException {
    int count = tuning.settings().size();
    MemorySegment settings = arena.allocate((long) count * TUNING_BYTES, Double.BYTES);
    MemorySegment widths = arena.allocate((long) count * WIDTHS_BYTES, Double.BYTES);
    boolean hasWidths = false;
    for (int i = 0; i < count; i++) {
      Tuning.Setting setting = tuning.settings().get(i);
      long at = (long) i * TUNING_BYTES;
      settings.set(SealedLayout.DOUBLE, at, setting.recall());
      settings.set(SealedLayout.INT, at + 8, setting.nprobe());
      settings.set(SealedLayout.INT, at + 12, setting.patience());
      settings.set(SealedLayout.FLOAT, at + 16, setting.rescoreFactor());
      write(setting, widths.asSlice((long) i * WIDTHS_BYTES, WIDTHS_BYTES));
      hasWidths |= !(setting.widths() instanceof Widths.Usual);
    }
    SegmentSealer.write(writer, TUNING, settings);
    if (hasWidths) {
      SegmentSealer.write(writer, WIDTHS, widths);
    }
  }

  private static void write(Tuning.Setting setting, MemorySegment target) {
    target.set(SealedLayout.DOUBLE, 0, setting.multiplyAdds());
    switch (setting.widths()) {
      case Widths.Usual() -> target.set(SealedLayout.INT, 8, USUAL);
      case Widths.Full() -> target.set(SealedLayout.INT, 8, FULL);
      case Widths.Ladder(int coarse, List<Widths.Rung> rungs) -> {
        target.set(SealedLayout.INT, 8, LADDER);
        target.set(SealedLayout.INT, 12, coarse);
        target.set(SealedLayout.INT, 16, rungs.size());
        for (int i = 0; i < rungs.size(); i++) {
          long at = RUNGS + (long) i * RUNG_BYTES;
          target.set(SealedLayout.INT, at, rungs.get(i).width());
          target.set(SealedLayout.INT, at + 4, rungs.get(i).keep());
        }
      }
      case Widths.Certified(), Widths.Truncated(_) ->
          throw new IllegalArgumentException("no tuning asks for " + setting.widths());
    }
  }

  /// Reads a tuning.
  ///
  /// @param header has what there is in files from before the section
  /// @throws CorruptFileException if it is none
  static Tuning read(SectionFile file, IvfLayout.Header header) throws CorruptFileException {
    if (!file.names().contains(TUNING)) {
      return Tuning.fixed(header.nprobe(), header.rescoreFactor());
    }
    MemorySegment section = file.section(TUNING);
    int count = (int) (section.byteSize() / TUNING_BYTES);
    if (count < 1 || section.byteSize() % TUNING_BYTES != 0) {
      throw corrupt(
          file, "section 'tuning' of settings of 24 bytes", section.byteSize() + " bytes");
    }
    boolean hasWidths = file.names().contains(WIDTHS);
    MemorySegment widths =
        hasWidths ? file.section(WIDTHS, (long) count * WIDTHS_BYTES) : MemorySegment.NULL;
    List<Tuning.Setting> settings = new ArrayList<>();
    double last = 0;
    for (int i = 0; i < count; i++) {
      long at = (long) i * TUNING_BYTES;
      double recall = section.get(SealedLayout.DOUBLE, at);
      if (!(recall > last && recall < 1)) {
        throw corrupt(file, "a recall above %s and below 1".formatted(last), "" + recall);
      }
      last = recall;
      int nprobe = section.get(SealedLayout.INT, at + 8);
      int patience = section.get(SealedLayout.INT, at + 12);
      require(nprobe >= 1 && nprobe <= Reach.ALL, file, "a number of lists to read", nprobe);
      require(patience >= 1 && patience <= Reach.ALL, file, "a number of lists to wait", patience);
      float factor = section.get(SealedLayout.FLOAT, at + 16);
      IvfLayout.requireFactor(file, factor);
      if (hasWidths) {
        MemorySegment own = widths.asSlice((long) i * WIDTHS_BYTES, WIDTHS_BYTES);
        double products = own.get(SealedLayout.DOUBLE, 0);
        if (!(products >= 0 && products < Double.POSITIVE_INFINITY)) {
          throw corrupt(file, "a number of products", Double.toString(products));
        }
        settings.add(
            new Tuning.Setting(recall, nprobe, patience, factor, widths(file, own), products));
      } else {
        settings.add(new Tuning.Setting(recall, nprobe, patience, factor));
      }
    }
    return new Tuning(settings);
  }

  private static Widths widths(SectionFile file, MemorySegment source) throws CorruptFileException {
    int kind = source.get(SealedLayout.INT, 8);
    return switch (kind) {
      case USUAL -> new Widths.Usual();
      case FULL -> new Widths.Full();
      case LADDER -> ladder(file, source);
      default -> throw corrupt(file, "widths of kind 0 to 2", Integer.toString(kind));
    };
  }

  private static Widths ladder(SectionFile file, MemorySegment source) throws CorruptFileException {
    int count = source.get(SealedLayout.INT, 16);
    require(count >= 1 && count <= PrefixRows.MAX_WIDTHS, file, "a number of rungs", count);
    try {
      List<Widths.Rung> rungs = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        long at = RUNGS + (long) i * RUNG_BYTES;
        rungs.add(
            new Widths.Rung(
                source.get(SealedLayout.INT, at), source.get(SealedLayout.INT, at + 4)));
      }
      return new Widths.Ladder(source.get(SealedLayout.INT, 12), rungs);
    } catch (IllegalArgumentException wrong) {
      throw corrupt(file, "a ladder of widths", String.valueOf(wrong.getMessage()));
    }
  }

  private static CorruptFileException corrupt(SectionFile file, String expected, String found) {
    return new CorruptFileException(file.file(), expected, found);
  }
}
