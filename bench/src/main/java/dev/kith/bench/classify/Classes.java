package dev.kith.bench.classify;

import dev.kith.bench.dataset.Labels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The classes of a data set, numbered in the order of their names.
///
/// @param names of the classes
/// @param base class of each row
/// @param queries class of each query
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Classes(List<String> names, int[] base, int[] queries) {

  static Classes of(Labels labels) {
    List<String> names =
        Stream.concat(labels.base().stream(), labels.queries().stream())
            .distinct()
            .sorted()
            .toList();
    Map<String, Integer> numbers = new HashMap<>();
    names.forEach(name -> numbers.put(name, numbers.size()));
    return new Classes(
        names,
        labels.base().stream().mapToInt(numbers::get).toArray(),
        labels.queries().stream().mapToInt(numbers::get).toArray());
  }

  int count() {
    return names.size();
  }
}
