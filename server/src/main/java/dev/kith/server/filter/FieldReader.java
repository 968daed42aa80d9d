package dev.kith.server.filter;

import dev.kith.server.collection.SearchSnapshot;
import java.util.List;

/// Reads one field of points of a snapshot. Not thread-safe.
public final class FieldReader {
  private final SearchSnapshot snapshot;
  private final PayloadFields fields = new PayloadFields();
  private final PayloadFields.Field field;

  /// @param snapshot open as long as this is used
  /// @param path of the field
  public FieldReader(SearchSnapshot snapshot, FieldPath path) {
    this.snapshot = snapshot;
    this.field = fields.want(path);
  }

  /// The texts, numbers and truth values that the version of a point that a row is has there, in
  /// their order; none if it has none.
  ///
  /// @param row label of a row that a search may return
  public List<Value> values(long row) {
    fields.read(snapshot.payload(row));
    return field.values();
  }
}
