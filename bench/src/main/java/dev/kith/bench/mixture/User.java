package dev.kith.bench.mixture;

import dev.kith.client.Filter;
import dev.kith.client.PointId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Somebody who likes points of 2 to 5 topics: 2 to 5 of each, and 2 more of each that nobody is
/// told of.
///
/// @param liked rows of points
/// @param held rows of other points of the same topics
/// @param topics of the user
record User(List<Integer> liked, List<Integer> held, Set<String> topics) {
  private static final int LEAST = 2;
  private static final int MOST = 5;
  private static final int HELD = 2;

  /// Topics of more points than that are no interests: all cities, all genera of plants.
  private static final int MOST_POINTS = 100;

  /// Draws users.
  ///
  /// @param topics of the rows; empty for none
  /// @throws IllegalArgumentException if fewer than [#MOST] topics have enough points
  static List<User> draw(List<String> topics, int count, long seed) {
    Map<String, List<Integer>> rows = new TreeMap<>();
    IntStream.range(0, topics.size())
        .filter(row -> !topics.get(row).isEmpty())
        .forEach(row -> rows.computeIfAbsent(topics.get(row), _ -> new ArrayList<>()).add(row));
    rows.values().removeIf(all -> all.size() < MOST + HELD || all.size() > MOST_POINTS);
    if (rows.size() < MOST) {
      throw new IllegalArgumentException(
          "users need %d topics of %d to %d points, got %d"
              .formatted(MOST, MOST + HELD, MOST_POINTS, rows.size()));
    }
    List<String> names = List.copyOf(rows.keySet());
    Random random = new Random(seed);
    return IntStream.range(0, count).mapToObj(_ -> one(rows, names, random)).toList();
  }

  private static User one(Map<String, List<Integer>> rows, List<String> names, Random random) {
    Set<String> topics = new HashSet<>();
    int wanted = random.nextInt(LEAST, MOST + 1);
    List<Integer> liked = new ArrayList<>();
    List<Integer> held = new ArrayList<>();
    while (topics.size() < wanted) {
      String topic = names.get(random.nextInt(names.size()));
      if (topics.add(topic)) {
        List<Integer> drawn = new ArrayList<>(rows.get(topic));
        Collections.shuffle(drawn, random);
        int some = random.nextInt(LEAST, MOST + 1);
        liked.addAll(drawn.subList(0, some));
        held.addAll(drawn.subList(some, some + HELD));
      }
    }
    return new User(List.copyOf(liked), List.copyOf(held), Set.copyOf(topics));
  }

  List<PointId> ids() {
    return liked.stream().map(row -> PointId.of(row)).toList();
  }

  /// Accepts what the user does not know yet.
  Filter unknown() {
    return Filter.not(new Filter.Ids(ids()));
  }

  /// The share of the held points that were found.
  double recall(List<Integer> found) {
    return held.stream().filter(Set.copyOf(found)::contains).count() / (double) held.size();
  }

  /// The share of the user's topics that a point was found of.
  ///
  /// @param topicsOfRows of all rows
  double coverage(List<Integer> found, List<String> topicsOfRows) {
    Set<String> met = new HashSet<>();
    found.forEach(row -> met.add(topicsOfRows.get(row)));
    met.retainAll(topics);
    return met.size() / (double) topics.size();
  }
}
