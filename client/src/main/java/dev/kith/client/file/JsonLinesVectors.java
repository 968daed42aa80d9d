package dev.kith.client.file;

import dev.kith.client.Payload;
import dev.kith.client.PointId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A JSON object a line: `{"id": 7, "vector": [0.1, 0.2], "payload": {"any": "object"}}`.
///
/// `vector` is required and of one dimension throughout. `id` is a number, a text (read as a UUID
/// if it is written like one) or `{"text": "..."}` for a text whatever it looks like; either every
/// line has one or none has. `payload` may be left out. Blank lines count for nothing.
public final class JsonLinesVectors implements VectorFile {

  /// Room for 65,536 coordinates and a payload of 1 MiB, several times over.
  static final int MAX_LINE_BYTES = 16 << 20;

  private final Path file;
  private final LineReader lines;
  private final JsonLine first;
  private final boolean hasIds;
  private long position;

  private JsonLinesVectors(Path file, LineReader lines, JsonLine first) {
    this.file = file;
    this.lines = lines;
    this.first = first;
    this.hasIds = first.id() != null;
  }

  /// Opens a file and reads its first line, which tells the dimension.
  ///
  /// @throws MalformedFileException if there is no line, or the first one is not as it should be
  public static JsonLinesVectors open(Path file) throws IOException {
    LineReader lines = new LineReader(file, MAX_LINE_BYTES);
    try {
      if (!lines.next()) {
        throw MalformedFileException.at(file, 0, "at least one line", "an empty file");
      }
      JsonLine first = JsonLine.parse(file, lines);
      lines.rewind();
      return new JsonLinesVectors(file, lines, first);
    } catch (IOException | RuntimeException failure) {
      lines.close();
      throw failure;
    }
  }

  @Override
  public Path path() {
    return file;
  }

  @Override
  public int dimension() {
    return first.vector().length;
  }

  /// Empty: counting takes reading the file.
  @Override
  public OptionalLong count() {
    return OptionalLong.empty();
  }

  @Override
  public long position() {
    return position;
  }

  /// Reads over the lines in between without parsing them; going back starts over.
  @Override
  public void seek(long row) throws IOException {
    if (row < 0) {
      throw new IllegalArgumentException("row must be at least 0, got " + row);
    }
    if (row < position) {
      lines.rewind();
      position = 0;
    }
    while (position < row && lines.next()) {
      position++;
    }
  }

  @Override
  public @Nullable RowBatch next(int maxRows) throws IOException {
    if (maxRows < 1) {
      throw new IllegalArgumentException("maxRows must be at least 1, got " + maxRows);
    }
    int dimension = dimension();
    int limit = Math.min(maxRows, Integer.MAX_VALUE / 2 / dimension);
    float[] vectors = new float[Math.min(limit, 64) * dimension];
    List<PointId> ids = new ArrayList<>();
    List<@Nullable Payload> payloads = new ArrayList<>();
    int rows = 0;
    while (rows < limit && lines.next()) {
      JsonLine line = JsonLine.parse(file, lines);
      check(line);
      if ((rows + 1) * dimension > vectors.length) {
        vectors = Arrays.copyOf(vectors, Math.min(limit, rows * 2) * dimension);
      }
      System.arraycopy(line.vector(), 0, vectors, rows * dimension, dimension);
      if (line.id() != null) {
        ids.add(line.id());
      }
      payloads.add(line.payload());
      rows++;
    }
    if (rows == 0) {
      return null;
    }
    RowBatch batch =
        new RowBatch(
            position,
            dimension,
            vectors.length == rows * dimension ? vectors : Arrays.copyOf(vectors, rows * dimension),
            hasIds ? ids : null,
            payloads.stream().anyMatch(Objects::nonNull) ? payloads : null);
    position += rows;
    return batch;
  }

  private void check(JsonLine line) throws MalformedFileException {
    if (line.vector().length != dimension()) {
      throw new MalformedFileException(
          file,
          "line " + lines.number(),
          "a vector of %d coordinates as in the first line".formatted(dimension()),
          line.vector().length);
    }
    if ((line.id() != null) != hasIds) {
      throw new MalformedFileException(
          file,
          "line " + lines.number(),
          hasIds ? "an id as in the first line" : "no id as in the first line",
          line.id() == null ? "none" : line.id());
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
