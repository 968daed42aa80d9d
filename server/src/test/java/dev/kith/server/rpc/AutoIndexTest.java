package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.schema;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.trial.IndexTrial;
import dev.kith.proto.v1.AutoIndex;
import dev.kith.proto.v1.Codec;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexCandidate;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.server.collection.CollectionInfo;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.IndexChoice;
import dev.kith.server.testing.RunningServer;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Collections whose index is chosen, on the wire.
final class AutoIndexTest {
  private static final String NAME = "chosen";
  private static final IndexPolicy AUTO = auto(0);

  @TempDir Path folder;

  private static IndexPolicy auto(int memory) {
    return IndexPolicy.newBuilder()
        .setAuto(AutoIndex.newBuilder().setMemoryBytesPerVector(memory))
        .build();
  }

  private static CreateCollectionRequest.Builder request(IndexPolicy policy) {
    return CreateCollectionRequest.newBuilder()
        .setName(NAME)
        .setVector(schema(4, Metric.METRIC_EUCLIDEAN))
        .setIndex(policy);
  }

  private static Collection create(RunningServer server, IndexPolicy policy) {
    return server.collections().createCollection(request(policy).build()).getCollection();
  }

  private static Collection update(RunningServer server, IndexPolicy policy) {
    return server
        .collections()
        .updateCollection(
            UpdateCollectionRequest.newBuilder().setName(NAME).setIndex(policy).build())
        .getCollection();
  }

  private static Collection get(RunningServer server) {
    return server
        .collections()
        .getCollection(GetCollectionRequest.newBuilder().setName(NAME).build())
        .getCollection();
  }

  @Test
  void aNewCollectionHasAGraphOfFloatsAndSaysWhatItsFirstTrialWaitsFor() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      Collection made = create(server, auto(300));
      assertEquals(300, made.getIndex().getAuto().getMemoryBytesPerVector());
      assertEquals(16, made.getChoice().getIndex().getHnsw().getM());
      assertEquals(Codec.CODEC_F32, made.getChoice().getCodec());
      assertEquals(Codec.CODEC_F32, made.getVector().getCodec());
      assertEquals(
          "The first trial waits for 20,000 points, or for an optimization with 1,000 or more.",
          made.getChoice().getReason());
      assertEquals(20_000, made.getChoice().getNextTrialPointCount());
      assertFalse(made.getChoice().hasTrialTime());
      assertEquals(made, create(server, auto(300)));
      assertThrows(StatusRuntimeException.class, () -> create(server, auto(301)));
      assertEquals(made, get(server));
    }
  }

  @Test
  void aCodecBesideAChoiceAndABoundThatIsNoneAreRefused() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      CreateCollectionRequest.Builder coded = request(AUTO);
      coded.getVectorBuilder().setCodec(Codec.CODEC_INT8);
      StatusRuntimeException refused =
          assertThrows(
              StatusRuntimeException.class,
              () -> server.collections().createCollection(coded.build()));
      assertEquals("vector.codec", RunningServer.field(refused));
      refused = assertThrows(StatusRuntimeException.class, () -> create(server, auto(-1)));
      assertEquals("index.auto.memory_bytes_per_vector", RunningServer.field(refused));
      create(server, AUTO);
      refused =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  server
                      .collections()
                      .updateCollection(
                          UpdateCollectionRequest.newBuilder()
                              .setName(NAME)
                              .setCodec(Codec.CODEC_INT8)
                              .build()));
      assertEquals("codec", RunningServer.field(refused));
    }
  }

  @Test
  void aPolicyBecomesToChooseAndFixedAgainWhileTheIndexStays() throws IOException {
    IndexPolicy graph = IndexPolicy.newBuilder().setHnsw(HnswIndex.newBuilder().setM(9)).build();
    try (RunningServer server = new RunningServer(folder)) {
      create(server, graph);
      Collection chosen = update(server, AUTO);
      assertTrue(chosen.getIndex().hasAuto());
      assertEquals(9, chosen.getChoice().getIndex().getHnsw().getM());
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertTrue(get(server).getIndex().hasAuto());
      Collection fixed = update(server, graph);
      assertEquals(9, fixed.getIndex().getHnsw().getM());
      assertFalse(fixed.hasChoice());
    }
  }

  @Test
  void anOptimizationChoosesAScanForAThousandPointsAndARestartKeepsIt() throws IOException {
    Collection chosen;
    try (RunningServer server = new RunningServer(folder)) {
      create(server, AUTO);
      Random random = new Random(1);
      float[][] rows = new float[1_000][4];
      for (float[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          row[i] = random.nextFloat();
        }
      }
      server.upsert(NAME, 0, rows);
      server
          .collections()
          .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName(NAME).build())
          .forEachRemaining(step -> {});
      chosen = get(server);
      assertTrue(chosen.getChoice().getIndex().hasFlat(), chosen::toString);
      assertEquals(1_000, chosen.getChoice().getPointCount());
      assertTrue(chosen.getChoice().hasTrialTime());
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(chosen, get(server));
    }
  }

  @Test
  void whatATrialFoundIsWrittenWhole() {
    IndexSpec lists = new IndexSpec.Ivf(new IvfParams(9, 5), new dev.kith.index.codec.Codec.Int8());
    CollectionSpec spec =
        CollectionSpec.of("a", new VectorSpace(4, dev.kith.index.Metric.DOT), lists)
            .withAuto(Optional.of(new dev.kith.server.collection.AutoIndex(OptionalInt.empty())));
    IndexTrial.Verdict verdict =
        new IndexTrial.Verdict(
            lists,
            List.of(new IndexTrial.Candidate(lists, 1_000, 0.96, 12.5)),
            30_000,
            10_000,
            7.5,
            "So.");
    Instant decided = Instant.ofEpochMilli(1_500);
    Collection written =
        CollectionMessages.write(
            new CollectionInfo(
                1,
                spec,
                Instant.EPOCH,
                30_001,
                Optional.of(new IndexChoice(verdict, 3, 40_000, decided))));
    IndexPolicy policy =
        IndexPolicy.newBuilder().setIvf(IvfIndex.newBuilder().setLists(9).setSeed(5)).build();
    assertEquals(
        dev.kith.proto.v1.IndexChoice.newBuilder()
            .setIndex(policy)
            .setCodec(Codec.CODEC_INT8)
            .setReason("So.")
            .addCandidates(
                IndexCandidate.newBuilder()
                    .setIndex(policy)
                    .setCodec(Codec.CODEC_INT8)
                    .setQueriesPerSecond(1_000)
                    .setRecall(0.96)
                    .setBytesPerVector(12.5))
            .setPointCount(30_000)
            .setSampledPointCount(10_000)
            .setSeed(3)
            .setLocalDimension(7.5)
            .setTrialTime(CollectionMessages.write(decided))
            .setNextTrialPointCount(120_000)
            .build(),
        written.getChoice());
    assertEquals(Codec.CODEC_INT8, written.getVector().getCodec());
    assertTrue(written.getIndex().hasAuto());
  }
}
