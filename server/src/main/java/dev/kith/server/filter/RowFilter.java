package dev.kith.server.filter;

import dev.kith.server.collection.SearchSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A filter over the rows of one snapshot, for one search. Not thread-safe.
///
/// Ids are looked up once, at the start. Payloads are read when a row is asked for, each once: what
/// was found is remembered for the first [#MAX_REMEMBERED] rows, more than a search asks for twice.
public final class RowFilter {
  /// Rows whose answer is remembered; some 5 MB.
  public static final int MAX_REMEMBERED = 1 << 16;

  private final SearchSnapshot snapshot;
  private final BooleanSupplier gone;
  private final PayloadFields fields = new PayloadFields();
  private final BooleanSupplier condition;
  private final @Nullable Set<Long> within;
  private final Map<Long, Boolean> remembered = new HashMap<>();

  /// The row that the condition is asked about.
  private long row;

  private boolean isRead;
  private long asked;
  private long accepted;
  private long payloads;

  /// @param snapshot open as long as this is used
  /// @param gone whether nobody waits for the answer any more: once true, it stays so, nothing more
  ///   is read, and no row is accepted. A search polls this too rarely for long payloads
  public RowFilter(Filter filter, SearchSnapshot snapshot, BooleanSupplier gone) {
    this.snapshot = snapshot;
    this.gone = gone;
    Bound bound = bind(filter);
    this.condition = bound.condition();
    this.within = bound.within();
  }

  /// What came of asking.
  ///
  /// @param asked different rows, as long as all of them are remembered
  /// @param accepted of these
  /// @param payloads read for it
  public record Tally(long asked, long accepted, long payloads) {}

  /// A condition of the snapshot.
  ///
  /// @param condition whether it holds for the current row
  /// @param within rows for some of which alone it can hold; null if that may be any
  private record Bound(BooleanSupplier condition, @Nullable Set<Long> within) {}

  /// Whether the version of a point that a row is may answer.
  public boolean accepts(long row) {
    Boolean known = remembered.get(row);
    if (known != null) {
      return known;
    }
    if (gone.getAsBoolean()) {
      return false;
    }
    this.row = row;
    this.isRead = false;
    boolean holds = condition.getAsBoolean();
    asked++;
    accepted += holds ? 1 : 0;
    if (remembered.size() < MAX_REMEMBERED) {
      remembered.put(row, holds);
    }
    return holds;
  }

  /// The rows that alone can be accepted, in ascending order; empty if that may be any.
  public Optional<List<Long>> within() {
    return Optional.ofNullable(within).map(rows -> rows.stream().sorted().toList());
  }

  /// What came of asking until now.
  public Tally tally() {
    return new Tally(asked, accepted, payloads);
  }

  private Bound bind(Filter filter) {
    return switch (filter) {
      case Filter.All(List<Filter> filters) -> all(filters.stream().map(this::bind).toList());
      case Filter.Any(List<Filter> filters) -> any(filters.stream().map(this::bind).toList());
      case Filter.Not(Filter.Not(Filter inside)) -> bind(inside);
      case Filter.Not(Filter inside) -> {
        BooleanSupplier condition = bind(inside).condition();
        yield new Bound(() -> !condition.getAsBoolean(), null);
      }
      case Filter.Ids(var ids) -> {
        Set<Long> rows = new HashSet<>(snapshot.rows(ids));
        yield new Bound(() -> rows.contains(row), rows);
      }
      case Filter.Match(FieldPath path, Set<Value> values) -> {
        PayloadFields.Field field = fields.want(path);
        yield new Bound(() -> read(field).any(values::contains), null);
      }
      case Filter.Range range -> {
        PayloadFields.Field field = fields.want(range.field());
        yield new Bound(() -> read(field).any(range::contains), null);
      }
      case Filter.Present(FieldPath path) -> {
        PayloadFields.Field field = fields.want(path);
        yield new Bound(() -> read(field).isPresent(), null);
      }
    };
  }

  private static Bound all(List<Bound> each) {
    Set<Long> fewest = null;
    for (Bound bound : each) {
      Set<Long> rows = bound.within();
      if (rows != null && (fewest == null || rows.size() < fewest.size())) {
        fewest = rows;
      }
    }
    List<BooleanSupplier> conditions = each.stream().map(Bound::condition).toList();
    return new Bound(
        () -> {
          for (BooleanSupplier condition : conditions) {
            if (!condition.getAsBoolean()) {
              return false;
            }
          }
          return true;
        },
        fewest);
  }

  private static Bound any(List<Bound> each) {
    Set<Long> together = new HashSet<>();
    List<BooleanSupplier> conditions = new ArrayList<>();
    for (Bound bound : each) {
      conditions.add(bound.condition());
      Set<Long> rows = bound.within();
      if (rows == null) {
        together = null;
      } else if (together != null) {
        together.addAll(rows);
      }
    }
    return new Bound(
        () -> {
          for (BooleanSupplier condition : conditions) {
            if (condition.getAsBoolean()) {
              return true;
            }
          }
          return false;
        },
        together);
  }

  /// A field of the current row.
  private PayloadFields.Field read(PayloadFields.Field field) {
    if (!isRead) {
      fields.read(snapshot.payload(row));
      payloads++;
      isRead = true;
    }
    return field;
  }
}
