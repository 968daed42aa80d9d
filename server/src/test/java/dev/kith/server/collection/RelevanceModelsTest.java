package dev.kith.server.collection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.relevance.Curve;
import dev.kith.index.relevance.Logistic;
import dev.kith.index.relevance.Thresholds;
import dev.kith.index.relevance.TrainedModel;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import dev.kith.server.storage.Family;
import dev.kith.server.storage.Tampering;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The models of a collection live and die with it, in the store.
final class RelevanceModelsTest {
  @TempDir Path temp;

  private static TrainedModel trained(float slope) {
    return new TrainedModel(
        new Logistic(new Curve(slope, 0)),
        100,
        Points.DIMENSION,
        Metric.COSINE,
        Thresholds.NONE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static List<String> names(Collection collection) {
    return collection.relevance().list().stream().map(KeptModel::name).toList();
  }

  private static Refusal refusal(Runnable call) {
    return assertThrows(RefusedException.class, call::run).refusal();
  }

  @Test
  void modelsAndTheDefaultAreThereAgainWhenTheFolderIsOpened() throws Exception {
    KeptModel kept;
    try (Catalog catalog = Points.open(temp)) {
      Collection collection = catalog.create(Points.spec("c", Metric.COSINE, 100));
      collection.relevance().keep("a", 1, 30, 3000, trained(2), true);
      kept = collection.relevance().keep("a", 1, 40, 4000, trained(3), false);
      collection.relevance().keep("b", 1, 40, 4000, trained(4), false);
      collection.relevance().delete("b");
    }
    try (Catalog catalog = Points.open(temp)) {
      Collection collection = catalog.collection("c");
      assertEquals(List.of("a", "fixed_k", "gap", "raw", "zscore"), names(collection));
      assertEquals(kept, collection.relevance().find("a"));
      assertEquals(2, kept.version());
      assertEquals("a", collection.relevance().defaultName());
      assertEquals(2, collection.relevance().keep("b", 1, 1, 1, trained(5), false).version());
    }
  }

  @Test
  void aDamagedModelIsSaidAloudWhenTheFolderIsOpened() throws Exception {
    byte[] stored;
    try (Catalog catalog = Points.open(temp)) {
      Collection collection = catalog.create(Points.spec("c", Metric.COSINE, 100));
      stored =
          KeptModelRecord.encode(collection.relevance().keep("a", 1, 30, 3000, trained(2), true));
    }
    stored[stored.length / 2] ^= 8;
    Tampering.change(temp, writes -> writes.put(Family.META, Keys.relevanceModel(1, "a"), stored));
    RefusedException refused = assertThrows(RefusedException.class, () -> Points.open(temp));
    assertInstanceOf(Refusal.DataLoss.class, refused.refusal());
    assertTrue(refused.refusal().message().contains("relevance a"), refused.refusal().message());
  }

  @Test
  void aCollectionOfTheSameNameInheritsNoModels() throws Exception {
    try (Catalog catalog = Points.open(temp)) {
      CollectionSpec spec = Points.spec("c", Metric.COSINE, 100);
      catalog.create(spec).relevance().keep("a", 1, 30, 3000, trained(2), true);
      Collection deleted = catalog.collection("c");
      catalog.delete("c");
      assertInstanceOf(
          Refusal.CollectionNotFound.class,
          refusal(() -> deleted.relevance().keep("b", 1, 1, 1, trained(1), false)));
      assertFalse(names(catalog.create(spec)).contains("a"));
    }
    try (Catalog catalog = Points.open(temp)) {
      assertFalse(names(catalog.collection("c")).contains("a"));
      assertEquals("", catalog.collection("c").relevance().defaultName());
    }
  }

  @Test
  void asManyModelsAreKeptAsMayBeAndThoseThatAreThereCanBeTrainedAnew() throws Exception {
    try (Catalog catalog = Points.open(temp)) {
      RelevanceModels models = catalog.create(Points.spec("c", Metric.COSINE, 100)).relevance();
      for (int i = 0; i < RelevanceModels.MAX_MODELS; i++) {
        models.keep("m" + i, 1, 1, 1, trained(1), false);
      }
      Refusal full = refusal(() -> models.keep("another", 1, 1, 1, trained(1), false));
      assertInstanceOf(Refusal.ModelsFull.class, full);
      assertTrue(full.message().contains("64"), full.message());
      assertEquals(2, models.keep("m0", 1, 1, 1, trained(1), false).version());
      models.delete("m1");
      models.requireRoom("another");
    }
  }
}
