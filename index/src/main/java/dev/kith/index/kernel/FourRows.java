package dev.kith.index.kernel;

/// Where four rows are, and what a kernel found out about them. Owned by one worker and reused.
///
/// Four rows at a time, because then each part of the query is loaded once for four rows, and four
/// independent sums keep the multiply-add units busy. Plain fields rather than arrays: sixteen
/// loads and stores without a bounds check. Where a core could wait for more rows at once than
/// four, kernels take two of these.
public final class FourRows {

  /// Room for the sums of a kernel's lanes: registers have sixteen floats at most.
  final float[] lanes = new float[4 * 16];

  /// Byte offset of the first row in its segment.
  public long offset0;

  /// Byte offset of the second row.
  public long offset1;

  /// Byte offset of the third row.
  public long offset2;

  /// Byte offset of the fourth row.
  public long offset3;

  /// What the kernel computed for the first row.
  public float result0;

  /// What the kernel computed for the second row.
  public float result1;

  /// What the kernel computed for the third row.
  public float result2;

  /// What the kernel computed for the fourth row.
  public float result3;

  /// What a kernel of whole numbers computed for the first row.
  public int count0;

  /// What a kernel of whole numbers computed for the second row.
  public int count1;

  /// What a kernel of whole numbers computed for the third row.
  public int count2;

  /// What a kernel of whole numbers computed for the fourth row.
  public int count3;

  /// Points at four rows out of a list.
  ///
  /// @param from position of the first of them in `ordinals`
  /// @param stride bytes from one row to the next
  public void pick(int[] ordinals, int from, long stride) {
    offset0 = ordinals[from] * stride;
    offset1 = ordinals[from + 1] * stride;
    offset2 = ordinals[from + 2] * stride;
    offset3 = ordinals[from + 3] * stride;
  }

  /// Points at four rows out of a list, or at its last row wherever the list is over.
  ///
  /// @param from position of the first of them in `ordinals`
  /// @param end position after the last row of the list, at least 1
  /// @param stride bytes from one row to the next
  public void pick(int[] ordinals, int from, int end, long stride) {
    int last = end - 1;
    offset0 = ordinals[Math.min(from, last)] * stride;
    offset1 = ordinals[Math.min(from + 1, last)] * stride;
    offset2 = ordinals[Math.min(from + 2, last)] * stride;
    offset3 = ordinals[Math.min(from + 3, last)] * stride;
  }

  /// Points at one row four times.
  ///
  /// @param offset where it starts, in bytes
  public void repeat(long offset) {
    offset0 = offset;
    offset1 = offset;
    offset2 = offset;
    offset3 = offset;
  }

  /// Points at four rows that follow each other.
  ///
  /// @param first ordinal of the first
  /// @param stride bytes from one row to the next
  public void run(int first, long stride) {
    offset0 = first * stride;
    offset1 = offset0 + stride;
    offset2 = offset1 + stride;
    offset3 = offset2 + stride;
  }

  /// Points at four rows that follow each other, or at the last one wherever there are no more.
  ///
  /// @param first ordinal of the first
  /// @param end ordinal after the last one
  /// @param stride bytes from one row to the next
  public void run(int first, int end, long stride) {
    int last = end - 1;
    offset0 = Math.min(first, last) * stride;
    offset1 = Math.min(first + 1, last) * stride;
    offset2 = Math.min(first + 2, last) * stride;
    offset3 = Math.min(first + 3, last) * stride;
  }

  /// Byte offset of a row, in `[0, 4)`.
  long offset(int row) {
    return switch (row) {
      case 0 -> offset0;
      case 1 -> offset1;
      case 2 -> offset2;
      default -> offset3;
    };
  }

  /// Sets what was computed for a row, in `[0, 4)`.
  void setResult(int row, float result) {
    switch (row) {
      case 0 -> result0 = result;
      case 1 -> result1 = result;
      case 2 -> result2 = result;
      default -> result3 = result;
    }
  }

  /// Sets the whole number that was computed for a row, in `[0, 4)`.
  void setCount(int row, int count) {
    switch (row) {
      case 0 -> count0 = count;
      case 1 -> count1 = count;
      case 2 -> count2 = count;
      default -> count3 = count;
    }
  }
}
