package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.kernel.GridRow;
import dev.kith.index.kernel.LookupTable;

/// The codes of a [ProductQuantizer] of four bits a part.
///
/// A query's products with the words are rounded ([LookupTable#setToValues]) to about a 63rd of the
/// range of those of a part, where parts are like each other, so that a sum of `parts` of them is
/// off by that step times `sqrt(parts / 12)`, as a standard deviation.
///
/// @param quantizer of 4 bits a part
public record ProductCode(ProductQuantizer quantizer) implements BlockCode {
  private static final int COORDINATES = 16;

  public ProductCode {
    Require.inRange("bits", quantizer.bits(), 4, 4);
  }

  @Override
  public int dimension() {
    return (quantizer.dimension() + COORDINATES - 1) & -COORDINATES;
  }

  @Override
  public int lookups() {
    return (quantizer.parts() + 3) & -4;
  }

  @Override
  public void round(float[] centre, GridRow row) {
    quantizer.encode(row.difference, row.codes);
    row.gridWithRow = quantizer.product(row.codes, row.difference);
    row.gridWithCentre = quantizer.product(row.codes, centre);
  }

  @Override
  public void fill(float[] query, LookupTable table) {
    Require.inRange("lookups", table.lookups(), lookups(), lookups());
    quantizer.products(query, table.values());
    table.setToValues();
  }
}
