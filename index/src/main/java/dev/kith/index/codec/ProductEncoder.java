package dev.kith.index.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.kith.index.Metric;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.GridKernel;
import dev.kith.index.kernel.GridRow;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/// Writes [ProductRows] relative to centres. Owned by one worker.
///
/// The nearest words of many rows are found by a matrix product a part. Of words that are equally
/// near but for rounding it may find another one than [ProductQuantizer#encode].
public final class ProductEncoder {

  // Static, so that the optimiser knows which one it is.
  private static final GridKernel KERNEL = GridKernel.best();

  private final ProductRows target;
  private final PackedWords words;
  private final float[] centre;
  private final GridRow row;
  private final MemorySegment differences;
  private final byte[] codes;
  private final int[] all;
  private final int[] nearest;
  private final float[] closeness;
  private final RowProducts products = new RowProducts();
  private final CodeFactors factors;

  /// The words of a quantizer as a matrix product takes them: read by any thread.
  public static final class PackedWords {
    private final int[] starts;
    private final Columns[] columns;

    /// @param arena frees the memory when it closes
    public PackedWords(ProductQuantizer quantizer, Arena arena) {
      this.starts = quantizer.starts();
      this.columns = quantizer.columns(arena);
    }
  }

  /// @param target takes the rows
  /// @param words of the quantizer of the target
  /// @param most rows at a time
  /// @param arena frees what the encoder needs when it closes
  public ProductEncoder(
      ProductRows target, PackedWords words, Metric metric, int most, Arena arena) {
    this.target = target;
    this.words = words;
    this.centre = new float[target.dimension()];
    this.row = new GridRow(target.dimension());
    this.differences = arena.allocate(most * rowBytes(), 64);
    this.codes = new byte[most * target.quantizer().parts()];
    this.all = IntStream.range(0, most).toArray();
    this.nearest = new int[most];
    this.closeness = new float[most];
    this.factors = new CodeFactors(metric, target.format());
  }

  private long rowBytes() {
    return (long) target.dimension() * Float.BYTES;
  }

  /// Sets the centre of the rows written next.
  ///
  /// @param prepared [ProductRows#dimension()] coordinates
  public void setCentre(float[] prepared) {
    System.arraycopy(prepared, 0, centre, 0, centre.length);
  }

  /// Writes rows.
  ///
  /// @param prepared rows of [ProductRows#dimension()] floats each
  /// @param count how many
  /// @param position of the first in the target
  public void write(MemorySegment prepared, int count, int position) {
    for (int k = 0; k < count; k++) {
      long at = k * rowBytes();
      KERNEL.subtract(centre, prepared, at, row);
      MemorySegment.copy(row.difference, 0, differences, Points.FLOAT, at, centre.length);
    }
    assign(count);
    int parts = target.quantizer().parts();
    for (int k = 0; k < count; k++) {
      KERNEL.subtract(centre, prepared, k * rowBytes(), row);
      System.arraycopy(codes, k * parts, row.codes, 0, parts);
      row.gridWithRow = target.quantizer().product(row.codes, row.difference);
      row.gridWithCentre = target.quantizer().product(row.codes, centre);
      factors.set(row);
      long at = (position + k) * target.stride();
      MemorySegment rows = target.segment();
      factors.store(rows, at, Float.BYTES);
      int bytes = pack(row.codes, parts);
      MemorySegment.copy(row.codes, 0, rows, JAVA_BYTE, at + target.format().bytes(), bytes);
    }
  }

  /// Leaves the words of a row as they are stored, and returns how many bytes those are.
  private int pack(byte[] words, int parts) {
    int bits = target.quantizer().bits();
    if (bits == 4) {
      for (int part = 0; part < parts; part += 2) {
        int second = part + 1 < parts ? words[part + 1] : 0;
        words[part / 2] = (byte) (words[part] | second << 4);
      }
    }
    return ProductRows.codeBytes(parts, bits);
  }

  private void assign(int count) {
    int parts = target.quantizer().parts();
    for (int part = 0; part < parts; part++) {
      Columns columns = words.columns[part];
      long first = (long) words.starts[part] * Float.BYTES;
      Points points = new Points(differences, first, rowBytes(), columns.depth());
      products.nearest(columns, points, all, 0, count, nearest, closeness);
      for (int k = 0; k < count; k++) {
        codes[k * parts + part] = (byte) nearest[k];
      }
    }
  }
}
