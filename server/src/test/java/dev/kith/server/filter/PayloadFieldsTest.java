package dev.kith.server.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.server.filter.PayloadFields.Field;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PayloadFieldsTest {
  private final PayloadFields fields = new PayloadFields();

  private Field want(String path) {
    return fields.want(FieldPath.parse(path));
  }

  private void read(String json) {
    fields.read(json.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean has(Field field, Value value) {
    return field.any(value::equals);
  }

  @Test
  void anArrayStandsForItsElementsWhereverItIs() {
    Field plain = want("tags");
    Field inside = want("authors.name");
    read(
        """
        {"tags": ["a", ["b", 3], true], "authors": [{"name": "c"}, [{"name": ["d"]}], "e"]}
        """);
    assertTrue(has(plain, new Value.Text("a")));
    assertTrue(has(plain, new Value.Text("b")));
    assertTrue(has(plain, new Value.Whole(3)));
    assertTrue(has(plain, new Value.Flag(true)));
    assertTrue(has(inside, new Value.Text("c")));
    assertTrue(has(inside, new Value.Text("d")));
    assertFalse(has(inside, new Value.Text("e")));
  }

  @Test
  void nullAndEmptyArePresentAndHaveNoValue() {
    Field field = want("a");
    Field inside = want("a.b");
    for (String value : new String[] {"null", "[]", "[null]", "{}"}) {
      read("{\"a\": %s}".formatted(value));
      assertTrue(field.isPresent(), value);
      assertFalse(field.any(any -> true), value);
      assertFalse(inside.isPresent(), value);
    }
  }

  @Test
  void nothingIsLeftOfThePayloadBefore() {
    Field field = want("a");
    read("{\"a\": 1}");
    assertTrue(has(field, new Value.Whole(1)));
    read("{\"b\": {\"a\": 1}}");
    assertFalse(field.isPresent());
    assertFalse(field.any(any -> true));
    read("{\"a\": 1}");
    fields.read(null);
    assertFalse(field.isPresent());
  }

  @Test
  void aPathAskedForTwiceIsOneFieldAndMayLeadOn() {
    Field outer = want("a");
    assertEquals(outer, want("a"));
    Field inner = want("a.b");
    read("{\"a\": {\"b\": 0.5}, \"b\": 2}");
    assertTrue(outer.isPresent());
    assertFalse(outer.any(any -> true));
    assertTrue(has(inner, new Value.Real(0.5)));
  }

  @Test
  void whatIsNoObjectIsABug() {
    want("a");
    assertThrows(IllegalStateException.class, () -> read("[1]"));
    assertThrows(IllegalStateException.class, () -> read("{\"a\": "));
  }

  @Test
  void aPathHasNamesBetweenItsDots() {
    assertEquals(2, FieldPath.parse("a.b c").names().size());
    for (String wrong : new String[] {"", ".", "a.", ".a", "a..b", "a" + ".a".repeat(64)}) {
      assertThrows(IllegalArgumentException.class, () -> FieldPath.parse(wrong), wrong);
    }
  }
}
