package dev.kith.server.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ValueTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void numbersAreComparedAndEqualAsExactDecimalsAre(long seed) {
    Random random = new Random(seed);
    List<Value> values = new ArrayList<>();
    List<BigDecimal> exact = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      long whole =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(-3, 4);
            case 1 -> (1L << 53) + random.nextInt(-3, 4);
            case 2 -> Long.MAX_VALUE - random.nextInt(3);
            default -> Long.MIN_VALUE + random.nextInt(3);
          };
      if (random.nextBoolean()) {
        values.add(new Value.Whole(whole));
        exact.add(BigDecimal.valueOf(whole));
      } else {
        double number = (double) whole * (random.nextInt(3) + 1) / 2;
        values.add(Value.of(number));
        exact.add(new BigDecimal(number));
      }
    }
    for (int i = 0; i < values.size(); i++) {
      for (int j = 0; j < values.size(); j++) {
        int expected = exact.get(i).compareTo(exact.get(j));
        String pair = values.get(i) + " and " + values.get(j);
        assertEquals(expected, Integer.signum(Value.compare(values.get(i), values.get(j))), pair);
        assertEquals(expected == 0, values.get(i).equals(values.get(j)), pair);
      }
    }
  }

  @Test
  void textsAreComparedByCodePointAndNotByTheirSurrogates() {
    List<String> texts =
        List.of("", "a", "ab", "b", "\uD7FF", "\uE000", "\uFFFF", "\uD83D\uDE00", "\uD83D\uDE01");
    for (String left : texts) {
      for (String right : texts) {
        assertEquals(
            Integer.signum(
                Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray())),
            Integer.signum(Value.compare(new Value.Text(left), new Value.Text(right))),
            left + " and " + right);
      }
    }
  }

  @Test
  void aNumberIsReadExactlyOrAsTheNearestDouble() {
    assertEquals(new Value.Whole(9_007_199_254_740_993L), Value.parse("9007199254740993"));
    assertEquals(new Value.Whole(9_007_199_254_740_992L), Value.parse("9007199254740993.0"));
    assertEquals(new Value.Whole(100), Value.parse("1e2"));
    assertEquals(new Value.Whole(0), Value.parse("-0.0"));
    assertEquals(new Value.Real(0x1p63), Value.parse("9223372036854775808"));
    assertEquals(new Value.Real(Double.POSITIVE_INFINITY), Value.parse("1e400"));
    assertEquals(
        new Value.Real(Double.NEGATIVE_INFINITY), Value.parse("-" + "9".repeat(1_000_000)));
  }

  @Test
  void aNumberHasOneForm() {
    assertThrows(IllegalArgumentException.class, () -> new Value.Real(3));
    assertThrows(IllegalArgumentException.class, () -> new Value.Real(Double.NaN));
    assertTrue(Value.of(3.0).isOfTheKindOf(Value.of(3.5)));
    assertFalse(Value.of(3.0).isOfTheKindOf(new Value.Text("3")));
    assertThrows(
        IllegalArgumentException.class,
        () -> Value.compare(new Value.Flag(true), new Value.Flag(false)));
  }
}
