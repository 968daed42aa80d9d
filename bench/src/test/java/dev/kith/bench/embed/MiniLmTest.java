package dev.kith.bench.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MiniLmTest {
  private static MiniLm model;

  @BeforeAll
  static void loadTheModel() throws IOException {
    model = MiniLm.load(2);
  }

  @AfterAll
  static void closeTheModel() {
    model.close();
  }

  @Test
  void anEmbeddingHasUnitLength() {
    float[] vector = model.embed("a lighthouse");
    assertEquals(MiniLm.DIMENSION, vector.length);
    assertEquals(1, dot(vector, vector), 1e-5);
  }

  @Test
  void textsOfLikeMeaningAreNearerThanOthers() {
    float[] elephant = model.embed("a large African animal with a trunk");
    float[] same = model.embed("elephant: five-toed pachyderm");
    float[] other = model.embed("dishwasher: a machine for washing dishes");
    assertTrue(dot(elephant, same) > dot(elephant, other) + 0.2);
  }

  @Test
  void aTextIsEmbeddedAlikeAloneAndInABatchOfOtherLengths() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      texts.add("word ".repeat(1 + i * 7 % 40) + i);
    }
    AtomicInteger done = new AtomicInteger();
    float[][] together = model.embed(texts, done::addAndGet);
    assertEquals(texts.size(), done.get());
    for (int i = 0; i < texts.size(); i++) {
      assertArrayEquals(model.embed(texts.get(i)), together[i], 1e-4f, "text " + i);
    }
  }

  @Test
  void aTextLongerThanTheModelReadsIsCut() {
    assertEquals(
        1, dot(model.embed("long ".repeat(5_000)), model.embed("long ".repeat(600))), 1e-4);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
