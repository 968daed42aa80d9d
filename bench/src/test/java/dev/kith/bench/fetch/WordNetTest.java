package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WordNetTest {

  @Test
  void aMeaningIsItsLemmasAndItsGlossWithoutExamples() throws IOException {
    String data =
        """
          1 This software and database is being provided to you
          2 under the following license.
        00003553 03 n 02 whole 0 unit 0 002 @ 00002684 n 0000 + 01464634 v 0204 | an assemblage of parts; regarded as one; "how big is that part?"; "the team is a unit"\s\s
        00001740 00 s 01 able(p) 0 001 = 05207437 n 0000 | having means; (usually followed by `to')\s\s
        """;
    List<WordNet.Synset> synsets = read(data);
    assertEquals(2, synsets.size());
    WordNet.Synset whole = synsets.getFirst();
    assertEquals("whole, unit: an assemblage of parts; regarded as one", whole.text());
    assertEquals("noun.Tops", whole.file());
    assertEquals(List.of("00002684"), whole.hypernyms());
    assertEquals(
        new WordNet.Synset(
            "noun",
            "00001740",
            "adj.all",
            List.of("able"),
            "having means; (usually followed by `to')",
            List.of(),
            List.of()),
        synsets.getLast());
  }

  @Test
  void aTextShowsFourLemmasAtMostWithSpacesForUnderscores() throws IOException {
    List<WordNet.Synset> synsets =
        read("00000001 18 n 0a a_b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j 0 k 0 000 | ten words  \n");
    assertEquals("a b, c, d, e: ten words", synsets.getFirst().text());
    assertEquals(10, synsets.getFirst().lemmas().size());
  }

  @Test
  void sentencesOfTwelveCharactersAreExamples() throws IOException {
    String data =
        """
        00003553 03 n 02 whole 0 unit 0 000 | parts; "how big is that?"; "a unit"; "is it  whole? "
        """;
    assertEquals(List.of("how big is that?", "is it  whole?"), read(data).getFirst().examples());
  }

  @Test
  void whatItIsAKindOfIsAboveAMeaningAndWhatItIsAnInstanceOfIsNot() throws IOException {
    String data =
        """
        08524735 15 n 01 city 0 003 @ 08226699 n 0000 ~ 08524736 n 0000 @i 08226700 n 0000 | big
        """;
    assertEquals(List.of("08226699"), read(data).getFirst().hypernyms());
  }

  @Test
  void aMeaningIsOfTheLexicographerFileThatItsNumberNames() throws IOException {
    // Lines of WordNet 3.1, their pointers and frames left out.
    String nouns =
        """
        02506148 05 n 01 elephant 0 000 | five-toed pachyderm
        03477235 06 n 02 gymnasium 0 gym 0 000 | athletic facility
        """;
    assertEquals(List.of("noun.animal", "noun.artifact"), files("noun", nouns));
    assertEquals(
        List.of("verb.motion"),
        files("verb", "01964770 38 v 01 swim 0 000 | travel through water\n"));
    assertEquals(
        List.of("adj.ppl"),
        files("adj", "03159554 44 a 01 beaten 0 000 | made thin by hammering\n"));
    assertEquals(45, WordNet.LEXICOGRAPHER_FILES.size());
    assertThrows(IOException.class, () -> read("00003553 45 n 01 whole 0 000 | x\n"));
    assertThrows(IOException.class, () -> read("00003553 xx n 01 whole 0 000 | x\n"));
  }

  @Test
  void aLineThatIsNoMeaningIsRefused() {
    assertThrows(IOException.class, () -> read("00003553 03 n zz whole 0 000 | x\n"));
    assertThrows(IOException.class, () -> read("00003553 03 n 05 whole 0 000 | x\n"));
    assertThrows(IOException.class, () -> read("00003553 03 n 01 whole 0 00x | x\n"));
    assertThrows(IOException.class, () -> read("00003553 03 n 01 whole 0 001 @ 1 n | x\n"));
    assertThrows(IOException.class, () -> read("nothing\n"));
  }

  private static List<String> files(String part, String data) throws IOException {
    return WordNet.read(part, new ByteArrayInputStream(data.getBytes(StandardCharsets.UTF_8)))
        .stream()
        .map(WordNet.Synset::file)
        .toList();
  }

  private static List<WordNet.Synset> read(String data) throws IOException {
    return WordNet.read("noun", new ByteArrayInputStream(data.getBytes(StandardCharsets.UTF_8)));
  }
}
