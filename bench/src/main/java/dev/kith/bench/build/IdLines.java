package dev.kith.bench.build;

import dev.kith.client.PointId;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/// A text file of ids, one a line, written as the command line takes them: digits are a number,
/// 8-4-4-4-12 hexadecimal digits a UUID, anything else a text, as is what follows `text:`.
final class IdLines implements Closeable {
  private final Path file;
  private final BufferedReader lines;
  private long number;

  private IdLines(Path file) throws IOException {
    this.file = file;
    this.lines = Files.newBufferedReader(file, StandardCharsets.UTF_8);
  }

  static IdLines open(Path file) throws IOException {
    return new IdLines(file);
  }

  /// Reads all of a file, before anything is built for it.
  ///
  /// Holds 8 bytes an id: a hash. Only ids whose hashes are equal are compared, in a second pass.
  ///
  /// @throws IllegalArgumentException if it has not one id for each row, or one twice
  static void check(Path file, long rows) throws IOException {
    long[] hashes = new long[Math.toIntExact(rows)];
    try (IdLines ids = open(file)) {
      for (int row = 0; row < hashes.length; row++) {
        hashes[row] = hash(ids.next());
      }
      if (ids.lines.readLine() != null) {
        ids.number++;
        throw ids.wrong("no more than %d ids, one for each vector".formatted(rows), "another");
      }
    }
    Arrays.sort(hashes);
    Set<Long> repeated = new HashSet<>();
    for (int i = 1; i < hashes.length; i++) {
      if (hashes[i] == hashes[i - 1]) {
        repeated.add(hashes[i]);
      }
    }
    if (!repeated.isEmpty()) {
      compare(file, rows, repeated);
    }
  }

  private static void compare(Path file, long rows, Set<Long> repeated) throws IOException {
    Set<PointId> seen = new HashSet<>();
    try (IdLines ids = open(file)) {
      for (long row = 0; row < rows; row++) {
        PointId id = ids.next();
        if (repeated.contains(hash(id)) && !seen.add(id)) {
          throw ids.wrong("each id once", "%s again".formatted(id));
        }
      }
    }
  }

  /// FNV-1a over the characters of the id as it is written, which no two ids share.
  private static long hash(PointId id) {
    String text = id.toString();
    long hash = 0xCBF2_9CE4_8422_2325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100_0000_01B3L;
    }
    return hash;
  }

  /// The next id.
  ///
  /// @throws IllegalArgumentException if there is none, or the line is no id
  PointId next() throws IOException {
    number++;
    String line;
    try {
      line = lines.readLine();
    } catch (CharacterCodingException malformed) {
      throw wrong("UTF-8", "other bytes");
    }
    if (line == null) {
      throw wrong("an id for each vector", "the end of the file");
    }
    try {
      return PointId.parse(line);
    } catch (IllegalArgumentException malformed) {
      throw wrong("an id", String.valueOf(malformed.getMessage()));
    }
  }

  private IllegalArgumentException wrong(String expected, String found) {
    return new IllegalArgumentException(
        "%s: line %d: expected %s, found %s".formatted(file, number, expected, found));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
