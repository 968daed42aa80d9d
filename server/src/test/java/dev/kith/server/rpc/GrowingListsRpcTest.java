package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.numbers;
import static dev.kith.server.testing.RunningServer.schema;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SegmentStats;
import dev.kith.server.testing.RunningServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client sees of the lists of a segment that is not sealed.
final class GrowingListsRpcTest {
  private static final int DIMENSION = 8;
  private static final int SEALED = 2_000;
  private static final int GROWING = 3_000;
  private static final String NAME = "listed";

  @TempDir Path folder;

  private final Random random = new Random(17);

  private float[][] vectors(int count) {
    float[][] vectors = new float[count][DIMENSION];
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private static GetCollectionStatsResponse stats(RunningServer server) {
    return server
        .collections()
        .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName(NAME).build());
  }

  private static SearchResponse search(RunningServer server, float[] query, int nprobe) {
    return server
        .searches()
        .search(
            SearchRequest.newBuilder()
                .setCollection(NAME)
                .setVector(vector(query))
                .setOptions(
                    SearchOptions.newBuilder().setLimit(10).setNprobe(nprobe).setExplain(true))
                .build());
  }

  private static List<Long> ids(SearchResponse response) {
    return response.getHitsList().stream().map(hit -> hit.getId().getNumber()).toList();
  }

  /// Distances that a search computed in the newest segment.
  private static long distances(RunningServer server, SearchResponse response) {
    long newest = stats(server).getSegmentsList().getLast().getNumber();
    return response.getHeader().getExplanation().getStagesList().stream()
        .filter(stage -> stage.getStage().equals("probe") && stage.getSegment() == newest)
        .mapToLong(stage -> stage.getDistanceComputations())
        .sum();
  }

  @Test
  void newPointsAreReadFromListsAndCountedAndDeletedOnesAreNotFound() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      server
          .collections()
          .createCollection(
              CreateCollectionRequest.newBuilder()
                  .setName(NAME)
                  .setVector(schema(DIMENSION, Metric.METRIC_EUCLIDEAN))
                  .setIndex(IndexPolicy.newBuilder().setIvf(IvfIndex.getDefaultInstance()))
                  .build());
      server.upsert(NAME, 0, vectors(SEALED));
      server
          .collections()
          .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName(NAME).build())
          .forEachRemaining(_ -> {});
      float[][] added = vectors(GROWING);
      server.upsert(NAME, SEALED, added);
      Instant deadline = Instant.now().plusSeconds(60);
      while (stats(server).getUnlinkedPointCount() > 0) {
        assertTrue(Instant.now().isBefore(deadline), "not linked after a minute");
        LockSupport.parkNanos(1_000_000);
      }

      SegmentStats newest = stats(server).getSegmentsList().getLast();
      assertFalse(newest.getSealed());
      assertEquals(GROWING, newest.getPointCount());
      assertEquals(0, newest.getUnlinkedPointCount());
      for (int row = 0; row < GROWING; row += 100) {
        SearchResponse few = search(server, added[row], 4);
        assertEquals(SEALED + row, ids(few).getFirst());
        long read = distances(server, few);
        assertTrue(read < GROWING / 2, read + " distances");
        assertTrue(read < distances(server, search(server, added[row], 20)));
      }

      Long[] gone = {(long) SEALED, SEALED + 100L, SEALED + 200L};
      server
          .points()
          .deletePoints(
              DeletePointsRequest.newBuilder().setCollection(NAME).setIds(numbers(gone)).build());
      server.upsert(NAME, SEALED + 300, added[0]);
      assertEquals(SEALED + 300, ids(search(server, added[0], 4)).getFirst());
      for (int row : new int[] {0, 100, 200}) {
        assertFalse(ids(search(server, added[row], 4)).contains((long) SEALED + row));
      }
      assertFalse(ids(search(server, added[300], 4)).contains(SEALED + 300L));
      assertEquals(SEALED + GROWING - 3, stats(server).getPointCount());
    }
  }
}
