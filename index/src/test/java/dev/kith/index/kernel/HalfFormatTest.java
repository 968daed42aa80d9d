package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class HalfFormatTest {

  @ParameterizedTest
  @EnumSource(HalfFormat.class)
  void everyNumberOf16BitsComesBackAsItself(HalfFormat format) {
    for (int bits = 0; bits <= 0xFFFF; bits++) {
      float value = format.decode((short) bits);
      short again = format.encode(value);
      if (Float.isNaN(value)) {
        assertTrue(Float.isNaN(format.decode(again)), Integer.toHexString(bits));
      } else {
        assertEquals((short) bits, again, Integer.toHexString(bits));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(HalfFormat.class)
  void whatLiesBetweenTwoNumbersGoesToTheNearerAndInTheMiddleToTheEvenOne(HalfFormat format) {
    int infinity = format.encode(Float.POSITIVE_INFINITY);
    for (int bits = 0; bits < infinity - 1; bits++) {
      float below = format.decode((short) bits);
      float above = format.decode((short) (bits + 1));
      float middle = (float) (((double) below + above) / 2);
      int even = bits % 2 == 0 ? bits : bits + 1;
      for (int sign : new int[] {0, 0x8000}) {
        float side = sign == 0 ? 1 : -1;
        assertEquals((short) (even | sign), format.encode(side * middle));
        assertEquals((short) (bits | sign), format.encode(side * Math.nextDown(middle)));
        assertEquals((short) ((bits + 1) | sign), format.encode(side * Math.nextUp(middle)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(HalfFormat.class)
  void whatIsTooLargeIsInfiniteAndANaNStaysOne(HalfFormat format) {
    assertEquals(Float.POSITIVE_INFINITY, format.decode(format.encode(Float.MAX_VALUE)));
    assertEquals(Float.NEGATIVE_INFINITY, format.decode(format.encode(-Float.MAX_VALUE)));
    assertEquals(Float.POSITIVE_INFINITY, format.decode(format.encode(Float.POSITIVE_INFINITY)));
    for (int bits : new int[] {0x7F800001, 0x7FC00000, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF}) {
      assertTrue(Float.isNaN(format.decode(format.encode(Float.intBitsToFloat(bits)))));
    }
  }
}
