package dev.kith.bench.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SynsetExtractTest {

  @Test
  void everyLineIsAMeaningOfItsOwn() throws IOException {
    List<Synset> synsets = SynsetExtract.load();
    assertEquals(4_200, synsets.size());
    assertEquals(4_200, synsets.stream().map(Synset::offset).distinct().count());
    for (Synset synset : synsets) {
      assertFalse(synset.lemmas().isEmpty(), synset::toString);
      assertFalse(synset.definition().isBlank(), synset::toString);
    }
    assertEquals("elephant: five-toed pachyderm", synsets.getFirst().text());
  }

  @Test
  void theLicenceOfWordNetComesWithIt() throws IOException {
    try (var licence = SynsetExtractTest.class.getResourceAsStream("LICENSE-WordNet.txt")) {
      assertTrue(
          licence != null
              && new String(licence.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                  .contains("Princeton"));
    }
  }
}
