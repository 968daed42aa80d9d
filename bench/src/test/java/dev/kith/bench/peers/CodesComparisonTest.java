package dev.kith.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class CodesComparisonTest {

  @Test
  void withoutNamesAllTakePartOnceButThoseThatLearnRotations() {
    List<String> usual = CodesComparison.usual(20);
    assertEquals(usual.size(), new HashSet<>(usual).size());
    assertTrue(
        usual.stream().noneMatch(name -> name.toLowerCase(Locale.ROOT).contains("opq")),
        usual::toString);
    assertTrue(
        usual.containsAll(
            List.of("faiss-PQ10x4fs", "faiss-PQ5x8", "faiss-RR20,RaBitQ8", "faiss-SQfp16")));
    List<String> ours =
        KithCode.all().stream().map(KithCode::name).filter(name -> !name.contains("opq")).toList();
    assertTrue(usual.containsAll(ours), () -> usual + " of " + ours);
  }

  @Test
  void allOfOursCanBeNamed() {
    List<String> names = KithCode.all().stream().map(KithCode::name).toList();
    assertFalse(names.isEmpty());
    new CodesComparison(100, 1, names, new PrintWriter(Writer.nullWriter()), _ -> {});
  }
}
