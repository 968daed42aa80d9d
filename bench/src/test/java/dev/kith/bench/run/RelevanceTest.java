package dev.kith.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.CollectionSpec;
import dev.kith.client.Hit;
import dev.kith.client.JudgedQuery;
import dev.kith.client.Judgment;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.KithException;
import dev.kith.client.Metric;
import dev.kith.client.ModelSpec;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.RelevanceModel;
import dev.kith.client.RelevanceOptions;
import dev.kith.client.RelevanceReport;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import dev.kith.client.TrainedModel;
import dev.kith.client.TrainingProgress;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Java client trains models on a real server, judges them, and searches by them.
final class RelevanceTest {
  private static final int DIMENSION = 12;
  private static final int CLUSTERS = 30;
  private static final int SIZE = 10;

  @TempDir private Path folder;

  private final Random random = new Random(17);
  private final List<float[]> centres =
      IntStream.range(0, CLUSTERS).mapToObj(_ -> near(new float[DIMENSION], 1)).toList();

  private float[] near(float[] centre, double deviation) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (centre[i] + deviation * random.nextGaussian());
    }
    return vector;
  }

  private KithCollection filled(KithClient client) {
    KithCollection collection = client.create(CollectionSpec.of("c", DIMENSION, Metric.COSINE));
    float[] rows = new float[CLUSTERS * SIZE * DIMENSION];
    List<PointId> ids = new ArrayList<>();
    for (int point = 0; point < CLUSTERS * SIZE; point++) {
      float[] vector = near(centres.get(point / SIZE), 0.35);
      System.arraycopy(vector, 0, rows, point * DIMENSION, DIMENSION);
      ids.add(PointId.of(point));
    }
    collection.upsert(PointBatch.of(ids, DIMENSION, rows));
    return collection;
  }

  private JudgedQuery judged() {
    int cluster = random.nextInt(CLUSTERS);
    return new JudgedQuery(
        near(centres.get(cluster), 0.35),
        IntStream.range(0, SIZE)
            .mapToObj(i -> new Judgment(PointId.of(cluster * SIZE + i), 1))
            .toList());
  }

  private Iterator<JudgedQuery> judged(int count) {
    return IntStream.range(0, count).mapToObj(_ -> judged()).iterator();
  }

  @Test
  void aModelIsTrainedFromManyMessagesAndSearchedBy() throws Exception {
    try (KithServer server = KithServer.start(ServerConfig.local(folder));
        KithClient client = KithClient.connect(server.grpcAddress())) {
      KithCollection collection = filled(client);
      List<TrainingProgress.Phase> phases = new ArrayList<>();
      // More judgments than a message holds.
      TrainedModel trained =
          collection
              .relevance()
              .train(
                  ModelSpec.named("m").of(ModelSpec.Kind.PLATT).seeing(30).asDefault(),
                  judged(700),
                  progress -> phases.add(progress.phase()));
      assertEquals(700, trained.model().training().orElseThrow().queries());
      assertTrue(trained.model().isDefault());
      assertEquals("m", trained.report().models().getFirst().model());
      assertTrue(phases.contains(TrainingProgress.Phase.SEARCHING), phases::toString);
      SearchResult found =
          collection.search(
              judged().vector(),
              SearchOptions.top(20).withRelevance(RelevanceOptions.usual().missingAtMost(0.1f)));
      assertEquals("m", found.relevance().orElseThrow().model());
      assertEquals(30, found.relevance().orElseThrow().candidates());
      for (Hit hit : found.hits()) {
        assertTrue(hit.relevance().getAsDouble() >= found.relevance().orElseThrow().minRelevance());
      }
      RelevanceReport report = collection.relevance().evaluate("m", false, judged(50), null);
      assertEquals(50, report.queries());
      assertEquals(
          List.of("fixed_k", "gap", "m", "raw", "zscore"),
          collection.relevance().list().stream().map(RelevanceModel::name).toList());
      RelevanceModel shown = collection.relevance().get("", true);
      assertEquals(2, shown.numbers().orElseThrow().curve().size());
      assertTrue(collection.relevance().delete("m"));
      KithException gone =
          assertThrows(
              KithException.class,
              () ->
                  collection.search(
                      judged().vector(),
                      SearchOptions.top(1).withRelevance(RelevanceOptions.by("m"))));
      assertEquals(KithException.Code.FAILED_PRECONDITION, gone.code());
      assertEquals("ERROR_REASON_MODEL_NOT_FOUND", gone.reason());
    }
  }

  @Test
  void aRefusalInMidUploadReachesTheCaller() throws Exception {
    try (KithServer server = KithServer.start(ServerConfig.local(folder));
        KithClient client = KithClient.connect(server.grpcAddress())) {
      KithCollection collection = filled(client);
      Iterator<JudgedQuery> wrong =
          IntStream.range(0, 5000)
              .mapToObj(i -> i == 10 ? new JudgedQuery(new float[DIMENSION], List.of()) : judged())
              .iterator();
      KithException refused =
          assertThrows(
              KithException.class,
              () -> collection.relevance().train(ModelSpec.named("m"), wrong, null));
      assertEquals(KithException.Code.INVALID_ARGUMENT, refused.code());
      assertTrue(refused.getMessage().contains("queries.vectors[10]"), refused.getMessage());
    }
  }
}
