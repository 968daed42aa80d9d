package dev.kith.bench.mixture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class UserTest {

  @Test
  void usersLikePointsOfTheirTopicsAndOthersOfTheseAreHeldOut() {
    // Ten topics of seven points each, one of too few, one of too many, and points of none.
    List<String> topics =
        new ArrayList<>(IntStream.range(0, 70).mapToObj(i -> "t" + i % 10).toList());
    topics.addAll(IntStream.range(0, 6).mapToObj(_ -> "few").toList());
    topics.addAll(IntStream.range(0, 101).mapToObj(_ -> "many").toList());
    topics.addAll(IntStream.range(0, 50).mapToObj(_ -> "").toList());
    List<User> users = User.draw(topics, 200, 1);
    assertEquals(200, users.size());
    assertEquals(users, User.draw(topics, 200, 1));
    Set<Integer> counts = new HashSet<>();
    for (User user : users) {
      counts.add(user.topics().size());
      assertEquals(2 * user.topics().size(), user.held().size());
      Set<Integer> all = new HashSet<>(user.liked());
      all.addAll(user.held());
      assertEquals(user.liked().size() + user.held().size(), all.size(), "a point is there twice");
      for (int row : all) {
        assertTrue(user.topics().contains(topics.get(row)), user::toString);
      }
      assertTrue(user.topics().stream().allMatch(topic -> topic.startsWith("t")), user::toString);
    }
    assertEquals(Set.of(2, 3, 4, 5), counts);
  }

  @Test
  void recallAndCoverageAreSharesOfWhatIsHeldAndOfTopics() {
    User user = new User(List.of(0), List.of(1, 2, 3, 4), Set.of("a", "b"));
    List<String> topics = List.of("a", "a", "a", "b", "b", "c", "b");
    assertEquals(.5, user.recall(List.of(4, 5, 1)));
    assertEquals(1, user.coverage(List.of(4, 5, 1), topics));
    assertEquals(.5, user.coverage(List.of(6, 5), topics));
    assertEquals(0, user.recall(List.of()));
  }

  @Test
  void tooFewTopicsAreRefused() {
    List<String> topics = IntStream.range(0, 28).mapToObj(i -> "t" + i % 4).toList();
    Exception few = assertThrows(IllegalArgumentException.class, () -> User.draw(topics, 1, 1));
    assertTrue(few.toString().contains("5 topics of 7 to 100 points, got 4"), few::toString);
  }
}
