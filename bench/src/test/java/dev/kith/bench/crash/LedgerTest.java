package dev.kith.bench.crash;

import static dev.kith.proto.v1.Durability.DURABILITY_DISK;
import static dev.kith.proto.v1.Durability.DURABILITY_MEMORY;
import static dev.kith.proto.v1.Durability.DURABILITY_OS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.bench.crash.Operation.Kind;
import dev.kith.bench.crash.Survival.Promise;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.PointId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The judge must acquit a store that did right and convict each kind of wrong: a proof whose judge
/// cannot convict proves nothing.
final class LedgerTest {
  private static final int DIMENSION = 5;
  private static final List<Survival> SURVIVALS = List.of(Survival.values());

  private final Lsns lsns = new Lsns();
  private final Ledger ledger = new Ledger("planted", DIMENSION, lsns);
  private final SimulatedStore store = new SimulatedStore(DIMENSION);

  static Stream<Long> seeds() {
    Long replayed = Long.getLong("kith.seed");
    return replayed != null
        ? Stream.of(replayed)
        : LongStream.concat(LongStream.of(1, 2, 3), new Random().longs(30)).boxed();
  }

  // ---- It acquits.

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aStoreThatDidRightIsAcquittedWhateverStruckIt(long seed) {
    Random random = new Random(seed);
    for (int cycle = 0; cycle < 4; cycle++) {
      Survival survival = SURVIVALS.get(random.nextInt(SURVIVALS.size()));
      List<Operation> loose = new ArrayList<>();
      long firm = 0;
      for (int i = 0; i < 60; i++) {
        Operation write = randomWrite(random);
        Promise promise = survival.promise(write.durability());
        switch (random.nextInt(8)) {
          case 0 -> ledger.refuse(write);
          case 1 -> ledger.giveUp(write);
          case 2 -> {
            store.apply(write);
            ledger.giveUp(write);
          }
          case 3 -> store.apply(write); // Never answered, not even by an error.
          default -> {
            long lsn = store.apply(write);
            ledger.acknowledge(write, lsn);
            firm = promise == Promise.FIRM ? lsn : firm;
            if (promise == Promise.LOOSE) {
              loose.add(write);
            }
          }
        }
      }
      if (survival == Survival.POWER_CUT) {
        store.cutAbove(random.nextLong(firm, store.observe().lsn() + 1));
      }
      loose.stream().filter(write -> random.nextBoolean()).forEach(store::forget);
      Observation seen = store.observe();
      Verdict verdict = ledger.check(seen, survival, survivingLsn(seen, survival));
      assertEquals(List.of(), verdict.faults(), "seed " + seed + ", " + survival);
      ledger.settle(seen);
      lsns.restart(seen.lsn());
    }
  }

  @Test
  void batchesOfASessionStandInItsOrderAlsoWhereTheirLsnsAreNotKnown() {
    ingest(1, true, 1, 2);
    ingest(2, false, 1, 3);
    ingest(3, false, 1, 4);
    ledger.acknowledgeDurable("s", 2);
    Operation last = ingest(4, true, 1);
    assertEquals(List.of(), verdict(store.observe(), Survival.KILL).faults());
    store.forget(last);
    assertConvicts(Verdict.Kind.LOST, store.observe());
  }

  // ---- It convicts.

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void oneAcknowledgedWriteThatIsGoneIsFoundAmongMany(long seed) {
    Random random = new Random(seed);
    List<Operation> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Operation write = randomWrite(random);
      ledger.acknowledge(write, store.apply(write));
      writes.add(write);
    }
    Observation whole = store.observe();
    Operation victim = writes.get(random.nextInt(writes.size()));
    store.forget(victim);
    Observation seen = store.observe();

    // A write that others have overwritten altogether leaves no trace to miss.
    boolean visible = !seen.points().equals(whole.points());
    Verdict verdict = ledger.check(seen, Survival.STOP, whole.lsn());
    assertEquals(visible, !verdict.faults().isEmpty(), "seed " + seed + ": " + victim);
  }

  @Test
  void anAcknowledgedPointThatIsGoneIsLost() {
    Operation write = acknowledged(DURABILITY_DISK, 1, 2, 3);
    assertConvicts(Verdict.Kind.LOST, without(store.observe(), write.ids().get(1)));
  }

  @Test
  void anOlderVersionUnderAnIdIsALossOfTheNewer() {
    acknowledged(DURABILITY_DISK, 1);
    Operation newer = acknowledged(DURABILITY_DISK, 1);
    store.forget(newer);
    assertConvicts(Verdict.Kind.LOST, store.observe());
  }

  @Test
  void whatStoodAtTheLastCheckMayNotGoEither() {
    Operation write = acknowledged(DURABILITY_DISK, 1, 2);
    settle();
    assertConvicts(Verdict.Kind.LOST, without(store.observe(), write.ids().get(0)));
  }

  @Test
  void aDeletedPointThatComesBackIsAPhantom() {
    acknowledged(DURABILITY_DISK, 1, 2);
    Operation deletion = ledger.begin(Kind.DELETE, ids(1), DURABILITY_DISK);
    ledger.acknowledge(deletion, store.apply(deletion));
    store.forget(deletion);
    assertConvicts(Verdict.Kind.PHANTOM, store.observe());
  }

  @Test
  void aPointThatWasRefusedIsAPhantom() {
    Operation refused = ledger.begin(Kind.UPSERT, ids(7), DURABILITY_DISK);
    store.apply(refused);
    ledger.refuse(refused);
    assertConvicts(Verdict.Kind.PHANTOM, store.observe());
  }

  @Test
  void aPointDeletedBeforeTheLastCheckThatComesBackIsAPhantom() {
    acknowledged(DURABILITY_DISK, 1);
    Observation before = store.observe();
    Operation deletion = ledger.begin(Kind.DELETE, ids(1), DURABILITY_DISK);
    ledger.acknowledge(deletion, store.apply(deletion));
    settle();
    assertConvicts(
        Verdict.Kind.PHANTOM, new Observation(before.points(), store.observe().lsn(), Map.of()));
  }

  @Test
  void anUnansweredBatchOfWhichOnlySomePointsStandIsTorn() {
    Operation write = ledger.begin(Kind.UPSERT, ids(1, 2, 3), DURABILITY_DISK);
    store.apply(write);
    ledger.giveUp(write);
    assertConvicts(Verdict.Kind.TORN, without(store.observe(), write.ids().get(2)));
  }

  @Test
  void anUnansweredBatchThatOverwroteOnlySomePointsIsTorn() {
    acknowledged(DURABILITY_DISK, 1, 2);
    Observation before = store.observe();
    Operation write = ledger.begin(Kind.UPSERT, ids(1, 2), DURABILITY_DISK);
    store.apply(write);
    ledger.giveUp(write);
    assertConvicts(Verdict.Kind.TORN, with(store.observe(), write.ids().get(0), before.points()));
  }

  @Test
  void anUnansweredDeletionThatTookOnlySomePointsIsTorn() {
    Operation write = acknowledged(DURABILITY_DISK, 1, 2);
    Observation before = store.observe();
    Operation deletion = ledger.begin(Kind.DELETE, write.ids(), DURABILITY_DISK);
    store.apply(deletion);
    ledger.giveUp(deletion);
    assertConvicts(Verdict.Kind.TORN, with(store.observe(), write.ids().get(0), before.points()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Durability.class,
      names = {"DURABILITY_OS", "DURABILITY_MEMORY"})
  void evenABatchThatMayGoAtAPowerCutMayNotGoInPart(Durability durability) {
    Operation write = acknowledged(durability, 1, 2);
    Observation seen = without(store.observe(), write.ids().get(0));
    assertConvicts(Verdict.Kind.TORN, seen, Survival.POWER_CUT);
  }

  @Test
  void aSuffixOfWhatTheOperatingSystemHadMayGoAtAPowerCutButNotAtAKill() {
    acknowledged(DURABILITY_DISK, 1);
    long disk = store.observe().lsn();
    acknowledged(DURABILITY_OS, 2, 3);
    acknowledged(DURABILITY_OS, 4);
    store.cutAbove(disk);
    Observation seen = store.observe();

    Verdict cut = ledger.check(seen, Survival.POWER_CUT, survivingLsn(seen, Survival.POWER_CUT));
    assertEquals(List.of(), cut.faults());
    assertEquals(2, cut.releasedWrites());
    assertConvicts(Verdict.Kind.LOST, seen, Survival.KILL);
  }

  @Test
  void aLossBeforeWhatSurvivedIsAHole() {
    Operation gone = acknowledged(DURABILITY_OS, 2, 3);
    acknowledged(DURABILITY_OS, 4);
    store.forget(gone);
    assertConvicts(Verdict.Kind.HOLE, store.observe(), Survival.POWER_CUT);
  }

  @Test
  void whatIsAnsweredWhileThePowerFailsMayGoButNotWhatWasAnsweredBefore() {
    Operation before = acknowledged(DURABILITY_DISK, 1);
    Operation underWay = ledger.begin(Kind.UPSERT, ids(2), DURABILITY_DISK);
    ledger.powerFails();
    ledger.acknowledge(underWay, store.apply(underWay));
    store.forget(underWay);
    assertEquals(List.of(), verdict(store.observe(), Survival.POWER_CUT).faults());
    store.forget(before);
    assertConvicts(Verdict.Kind.LOST, store.observe(), Survival.POWER_CUT);
  }

  @Test
  void whoAcknowledgesAForcedWriteAfterThePowerIsGoneLies() {
    ledger.powerFails();
    ledger.powerIsGone();
    acknowledged(DURABILITY_DISK, 1);
    assertConvicts(Verdict.Kind.LOST, store.observe(), Survival.POWER_CUT);
  }

  @Test
  void aForcedWriteThatIsGoneAfterAPowerCutIsLost() {
    acknowledged(DURABILITY_OS, 1);
    Operation gone = acknowledged(DURABILITY_DISK, 2);
    store.forget(gone);
    assertConvicts(Verdict.Kind.LOST, store.observe(), Survival.POWER_CUT);
  }

  @Test
  void oneFlippedBitOfAVectorIsFound() {
    Operation write = acknowledged(DURABILITY_DISK, 1, 2);
    Observation seen = store.observe();
    PointId id = write.ids().get(0);
    Observation.Seen point = Objects.requireNonNull(seen.points().get(id));
    byte[] bits = point.vector().toByteArray();
    bits[3] ^= 1;
    seen.points()
        .put(id, new Observation.Seen(point.version(), ByteString.copyFrom(bits), point.payload()));
    assertConvicts(Verdict.Kind.CORRUPT, seen);
  }

  @Test
  void thePayloadOfAnotherPointIsFound() {
    Operation write = acknowledged(DURABILITY_DISK, 1, 2);
    Observation seen = store.observe();
    Observation.Seen first = Objects.requireNonNull(seen.points().get(write.ids().get(0)));
    seen.points().put(write.ids().get(1), first);
    assertConvicts(Verdict.Kind.CORRUPT, seen);
  }

  @Test
  void aVersionThatIsNotTheLsnOfItsWriteIsFound() {
    Operation write = acknowledged(DURABILITY_DISK, 1);
    Observation seen = store.observe();
    seen.points()
        .computeIfPresent(
            write.ids().get(0),
            (id, point) ->
                new Observation.Seen(point.version() + 1, point.vector(), point.payload()));
    assertConvicts(Verdict.Kind.VERSION, seen);
  }

  @Test
  void anLsnThatFallsIsFound() {
    acknowledged(DURABILITY_DISK, 1);
    Operation later = ledger.begin(Kind.UPSERT, ids(2), DURABILITY_DISK);
    store.apply(later);
    ledger.acknowledge(later, 1);
    assertConvicts(Verdict.Kind.VERSION, store.observe());
  }

  @Test
  void aSessionThatForgotAnAcknowledgedBatchIsFound() {
    ingest(1, true, 1, 2);
    ingest(2, true, 3);
    store.session("s", 1);
    assertConvicts(Verdict.Kind.SESSION, store.observe());
  }

  @Test
  void aSessionThatCountsABatchWhosePointsAreNotThereIsFound() {
    ingest(1, true, 1, 2);
    Operation lost = ingest(2, false, 3);
    store.forget(lost);
    assertConvicts(Verdict.Kind.LOST, store.observe());
  }

  @Test
  void aSessionThatDoesNotCountABatchWhosePointsAreThereIsFound() {
    ingest(1, true, 1, 2);
    ingest(2, false, 3);
    store.session("s", 1);
    assertConvicts(Verdict.Kind.PHANTOM, store.observe());
  }

  @Test
  void aFinishedSessionIsGoneAndOneBeingFinishedMayBe() {
    ingest(1, true, 1, 2);
    ledger.finishing("s");
    assertEquals(List.of(), verdict(store.observe(), Survival.KILL).faults());
    store.session("s", 0);
    assertEquals(List.of(), verdict(store.observe(), Survival.KILL).faults());
    ledger.finished("s");
    assertEquals(List.of(), verdict(store.observe(), Survival.KILL).faults());
    store.session("s", 1);
    assertConvicts(Verdict.Kind.SESSION, store.observe());
  }

  // ---- Tools.

  private Operation randomWrite(Random random) {
    Kind kind = random.nextInt(4) == 0 ? Kind.DELETE : Kind.UPSERT;
    int[] indices =
        IntStream.range(0, 1 + random.nextInt(6)).map(i -> random.nextInt(30)).toArray();
    Durability[] durabilities = {DURABILITY_DISK, DURABILITY_OS, DURABILITY_MEMORY};
    // Memory writes keep to ids of their own: what may go alone must not hide what may not.
    int choice = random.nextInt(3);
    if (choice == 2) {
      indices = IntStream.of(indices).map(i -> i + 30).toArray();
    }
    return ledger.begin(kind, ids(indices), durabilities[choice]);
  }

  private Operation acknowledged(Durability durability, int... indices) {
    Operation write = ledger.begin(Kind.UPSERT, ids(indices), durability);
    ledger.acknowledge(write, store.apply(write));
    return write;
  }

  private Operation ingest(long sequence, boolean acknowledged, int... indices) {
    Operation batch = ledger.beginIngest("s", sequence, ids(indices), DURABILITY_DISK);
    long lsn = store.apply(batch);
    if (acknowledged) {
      ledger.acknowledgeThrough("s", sequence, lsn, true);
    }
    return batch;
  }

  private static List<PointId> ids(int... indices) {
    return IntStream.of(indices).mapToObj(i -> Ids.of(1, i)).toList();
  }

  private void settle() {
    Observation seen = store.observe();
    ledger.settle(seen);
    lsns.restart(seen.lsn());
  }

  private static Observation without(Observation seen, PointId id) {
    Map<PointId, Observation.Seen> points = new HashMap<>(seen.points());
    assertTrue(points.remove(id) != null, "the plant removes nothing");
    return new Observation(points, seen.lsn(), seen.sessions());
  }

  private static Observation with(
      Observation seen, PointId id, Map<PointId, Observation.Seen> source) {
    Map<PointId, Observation.Seen> points = new HashMap<>(seen.points());
    assertNotEquals(source.get(id), points.get(id), "the plant changes nothing");
    points.put(id, source.get(id));
    return new Observation(points, seen.lsn(), seen.sessions());
  }

  private long survivingLsn(Observation seen, Survival survival) {
    return Math.max(seen.highestVersion(), ledger.firmLsn(survival));
  }

  private Verdict verdict(Observation seen, Survival survival) {
    return ledger.check(seen, survival, survivingLsn(seen, survival));
  }

  private void assertConvicts(Verdict.Kind kind, Observation seen) {
    assertConvicts(kind, seen, Survival.KILL);
  }

  private void assertConvicts(Verdict.Kind kind, Observation seen, Survival survival) {
    Verdict verdict = verdict(seen, survival);
    assertTrue(verdict.count(kind) > 0, () -> "expected " + kind + ", got " + verdict.faults());
  }
}
