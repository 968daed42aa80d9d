package dev.kith.bench.crash;

import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.PointId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Upserts and deletes, in batches of 1 to 200 points: over ids of its own that it overwrites, over
/// ids that every worker overwrites, and over fresh ids that are written once and deleted whole.
final class WriteWorker implements Load.Worker {
  /// The space of ids that all workers share.
  private static final int SHARED = 0;

  private static final int OWN_IDS = 1_500;
  private static final int SHARED_IDS = 400;
  private static final int MOST_FRESH_BATCHES = 25;
  private static final int LARGEST_BATCH = 200;

  private final Writer writer;
  private final ReadBack readBack;
  private final int space;
  private final Function<Random, Durability> durabilities;
  private final boolean shares;
  private final Deque<List<PointId>> freshBatches = new ArrayDeque<>();
  private int nextFresh = 1_000_000;

  /// @param space number of its space of ids, from 1
  /// @param shares whether it also writes the shared ids
  WriteWorker(Ledger ledger, int space, Function<Random, Durability> durabilities, boolean shares) {
    this.writer = new Writer(ledger);
    this.readBack = new ReadBack(ledger);
    this.space = space;
    this.durabilities = durabilities;
    this.shares = shares;
  }

  @Override
  public void work(Load load, Random random) {
    Durability durability = durabilities.apply(random);
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3 -> writeFresh(load, random, durability);
      case 4, 5, 6 -> {
        if (shares) {
          writer.upsert(load, some(SHARED, SHARED_IDS, size(random), random), durability);
        }
      }
      case 7 -> {
        if (shares) {
          writer.delete(load, some(SHARED, SHARED_IDS, 10, random), durability, false);
        }
      }
      case 8, 9 ->
          writer.delete(
              load, some(space, OWN_IDS, 1 + random.nextInt(50), random), durability, true);
      case 10 -> {
        if (freshBatches.size() > MOST_FRESH_BATCHES || random.nextInt(4) == 0) {
          deleteFresh(load, durability);
        }
      }
      default -> overwrite(load, random, durability);
    }
  }

  private void overwrite(Load load, Random random, Durability durability) {
    List<PointId> ids = some(space, OWN_IDS, size(random), random);
    if (writer.upsert(load, ids, durability)) {
      readBack.sometimes(load, ids, random);
    }
  }

  private void writeFresh(Load load, Random random, Durability durability) {
    int first = nextFresh;
    int size = size(random);
    nextFresh += size;
    List<PointId> ids =
        IntStream.range(first, first + size).mapToObj(index -> Ids.of(space, index)).toList();
    boolean acknowledged = writer.upsert(load, ids, durability);
    freshBatches.add(ids);
    if (acknowledged) {
      readBack.sometimes(load, ids, random);
    }
  }

  private void deleteFresh(Load load, Durability durability) {
    List<PointId> ids = freshBatches.poll();
    if (ids != null) {
      writer.delete(load, ids, durability, true);
    }
  }

  /// Mostly small, sometimes large: half of the batches have at most 14 points.
  private static int size(Random random) {
    return (int) Math.ceil(Math.pow(LARGEST_BATCH, random.nextDouble()));
  }

  /// Random ids of a space: of one kind, or of all three; now and then one appears twice.
  private static List<PointId> some(int space, int ids, int count, Random random) {
    int kind = random.nextInt(4);
    List<PointId> some = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int index = random.nextInt(ids);
      some.add(Ids.of(space, kind == 3 ? index : index - index % 3 + kind));
    }
    return some;
  }
}
