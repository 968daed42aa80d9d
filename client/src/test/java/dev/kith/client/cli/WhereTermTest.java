package dev.kith.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.Filter;
import dev.kith.client.Filter.Value;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

final class WhereTermTest {
  private static final Map<String, BiFunction<String, Value, Filter>> COMPARISONS =
      Map.of(
          "=", Filter::match,
          "!=", (field, value) -> Filter.not(Filter.match(field, value)),
          "<", Filter::below,
          "<=", Filter::atMost,
          ">", Filter::above,
          ">=", Filter::atLeast);

  @Test
  void aValueIsWhatItIsInJsonAndElseAText() {
    assertEquals(Filter.match("a", Value.of(5)), WhereTerm.parse("a=5"));
    assertEquals(Filter.match("a", Value.of(5.0)), WhereTerm.parse("a=5.0"));
    assertEquals(Filter.match("a", Value.of(1e3)), WhereTerm.parse("a=1e3"));
    assertEquals(Filter.match("a", Value.of(0x1p63)), WhereTerm.parse("a=9223372036854775808"));
    assertEquals(Filter.match("a", Value.of(Long.MIN_VALUE)), term("a=", Long.MIN_VALUE));
    assertEquals(Filter.match("a", Value.of(true)), WhereTerm.parse("a=true"));
    assertEquals(Filter.match("a", Value.of("5")), WhereTerm.parse("a=\"5\""));
    assertEquals(Filter.match("a", Value.of(" x ")), WhereTerm.parse("a = \" x \" "));
    for (String text : List.of("", "x", "x y", "007", "True", "null", "[1]", "{}", "\"x", "5 kg")) {
      assertEquals(Filter.match("a", Value.of(text)), WhereTerm.parse("a=" + text));
    }
    assertEquals(Filter.match("a.b c", Value.of("x=y")), WhereTerm.parse(" a.b c =x=y"));
  }

  private static Filter term(String start, long number) {
    return WhereTerm.parse(start + number);
  }

  @Test
  void theLongestComparisonCounts() {
    COMPARISONS.forEach(
        (comparison, filter) -> {
          Value five = Value.of(5);
          assertEquals(filter.apply("kg", five), WhereTerm.parse("kg" + comparison + "5"));
          assertEquals(
              filter.apply("kg", Value.of(">")), WhereTerm.parse("kg" + comparison + "\">\""));
        });
  }

  @Test
  void whatIsNoTermIsRefusedWithWhatItShouldBe() {
    assertRefused("kg", "FIELD=VALUE");
    assertRefused("", "FIELD=VALUE");
    assertRefused("=5", "FIELD=VALUE");
    assertRefused(" =5", "must name a field");
    assertRefused("a!5", "FIELD=VALUE");
    assertRefused("a==5", "one comparison");
    assertRefused("a=>5", "one comparison");
    assertRefused("a<>5", "one comparison");
    assertRefused("a>=true", "by = and != alone");
    assertRefused("a<false", "by = and != alone");
    assertRefused("a<1e999", "up to 1.797");
  }

  private static void assertRefused(String term, String problem) {
    String message =
        String.valueOf(
            assertThrows(UsageException.class, () -> WhereTerm.parse(term)).getMessage());
    assertTrue(message.contains(problem), message);
    assertTrue(message.startsWith("--where "), message);
    assertTrue(message.contains("got '" + term + "'"), message);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void anyTextIsReadOrRefusedAndWhatIsWrittenAsJsonComesBack(long seed) {
    Random random = new Random(seed);
    JsonMapper json = JsonMapper.builder().build();
    List<String> comparisons = List.copyOf(COMPARISONS.keySet());
    String alphabet = "ab.=!<> \"\\{[]}0123e+-\n\u00e9\uD83D\uDE00\ud800:,";
    int read = 0;
    for (int i = 0; i < 4_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String written = text.toString();
      try {
        WhereTerm.parse(written);
        read++;
      } catch (UsageException refused) {
        assertTrue(String.valueOf(refused.getMessage()).startsWith("--where "));
      }
      String comparison = comparisons.get(random.nextInt(comparisons.size()));
      assertEquals(
          WhereTerm.parse("f" + comparison + json.writeValueAsString(written)),
          applied(comparison, Value.of(written)));
      long whole = random.nextLong();
      assertEquals(WhereTerm.parse("f" + comparison + whole), applied(comparison, Value.of(whole)));
      double number = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(number)) {
        assertEquals(
            WhereTerm.parse("f" + comparison + number), applied(comparison, Value.of(number)));
      }
    }
    assertTrue(read > 200, read + " were terms");
  }

  private static Filter applied(String comparison, Value value) {
    return COMPARISONS.getOrDefault(comparison, Filter::match).apply("f", value);
  }
}
