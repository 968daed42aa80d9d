package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.kith.client.Filter.Value;
import dev.kith.proto.v1.FieldMatch;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.FilterList;
import dev.kith.proto.v1.NumberIds;
import dev.kith.proto.v1.PointIds;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FilterWireTest {

  @Test
  void everyConditionIsWrittenAsTheContractHasIt() {
    assertWritten(
        filter()
            .setMatch(
                FieldMatch.newBuilder()
                    .setField("a.b")
                    .addValues(FieldValue.newBuilder().setText("x"))
                    .addValues(FieldValue.newBuilder().setInteger(-1))
                    .addValues(FieldValue.newBuilder().setNumber(0.5))
                    .addValues(FieldValue.newBuilder().setFlag(false))),
        Filter.match("a.b", Value.of("x"), Value.of(-1), Value.of(0.5), Value.of(false)));
    FieldValue.Builder two = FieldValue.newBuilder().setInteger(2);
    FieldRange.Builder range = FieldRange.newBuilder().setField("a");
    assertWritten(filter().setRange(range.clone().setGreater(two)), Filter.above("a", Value.of(2)));
    assertWritten(
        filter().setRange(range.clone().setGreaterOrEqual(two)), Filter.atLeast("a", Value.of(2)));
    assertWritten(filter().setRange(range.clone().setLess(two)), Filter.below("a", Value.of(2)));
    assertWritten(
        filter().setRange(range.clone().setLessOrEqual(two)), Filter.atMost("a", Value.of(2)));
    assertWritten(
        filter().setRange(range.clone().setGreater(two).setLessOrEqual(two)),
        new Filter.Range(
            "a",
            Optional.of(new Filter.Bound(Value.of(2), false)),
            Optional.of(new Filter.Bound(Value.of(2), true))));
    assertWritten(filter().setPresent("a"), Filter.present("a"));
    PointIds.Builder seven = PointIds.newBuilder().setNumbers(NumberIds.newBuilder().addValues(7));
    assertWritten(filter().setIds(seven), Filter.ids(PointId.of(7)));
  }

  @Test
  void conditionsAreNested() {
    dev.kith.proto.v1.Filter.Builder a = filter().setPresent("a");
    dev.kith.proto.v1.Filter.Builder b = filter().setPresent("b");
    assertWritten(
        filter()
            .setAll(
                FilterList.newBuilder()
                    .addFilters(a)
                    .addFilters(
                        filter()
                            .setNegation(
                                filter()
                                    .setAny(FilterList.newBuilder().addFilters(b).addFilters(a))))),
        Filter.all(
            Filter.present("a"), Filter.not(Filter.any(Filter.present("b"), Filter.present("a")))));
  }

  @Test
  void optionsHaveAFilterOnlyIfOneWasGivenAndKeepIt() {
    assertFalse(SearchWire.options(SearchOptions.top(3)).hasFilter());
    SearchOptions filtered =
        SearchOptions.top(3)
            .withFilter(Filter.present("a"))
            .withEf(20)
            .returning(true, false)
            .explained()
            .atLeast(new WriteReceipt(7, Durability.DISK, 1));
    assertEquals(Optional.of(Filter.present("a")), filtered.filter());
    assertEquals("a", SearchWire.options(filtered).getFilter().getPresent());
    assertEquals(7, filtered.minLsn());
  }

  private static dev.kith.proto.v1.Filter.Builder filter() {
    return dev.kith.proto.v1.Filter.newBuilder();
  }

  private static void assertWritten(dev.kith.proto.v1.Filter.Builder expected, Filter filter) {
    assertEquals(expected.build(), FilterWire.filter(filter));
  }
}
