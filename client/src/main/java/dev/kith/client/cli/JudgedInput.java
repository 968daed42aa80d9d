package dev.kith.client.cli;

import dev.kith.client.JudgedQuery;
import dev.kith.client.Judgment;
import dev.kith.client.file.JudgmentsFile;
import dev.kith.client.file.MalformedFileException;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// The options that say which queries were judged, and how.
final class JudgedInput {
  @ArgGroup(exclusive = false)
  private @Nullable Files files;

  @Option(
      names = "--unjudged-left-out",
      description = {
        "Leave points out of a query's candidates that nobody judged (default they are not relevant:",
        "whoever judged named all that is)."
      })
  boolean unjudgedLeftOut;

  /// Both of them, or none.
  static final class Files {
    @Option(
        names = "--queries",
        required = true,
        paramLabel = "FILE",
        description = "The queries, a file of vectors (" + VectorFile.FORMATS + ").")
    private Path queries = Path.of("");

    @Option(
        names = "--judgments",
        required = true,
        paramLabel = "FILE",
        description = {
          "What was judged, a line for a query and a point with tabs between: row of the query, from",
          "0, id of the point, grade from 0 (not relevant) to 1 (relevant), and of clicks perhaps how",
          "likely the point was looked at at all, 0.01 to 1. Rows without a line are left out."
        })
    private Path judgments = Path.of("");

    @Option(
        names = "--dataset",
        defaultValue = "test",
        description = "Data set of an .hdf5 file of queries (default test).")
    private String dataset = "test";
  }

  /// Whether there are any.
  boolean isEmpty() {
    return files == null;
  }

  /// Reads the judgments, then opens the queries and has them used; none where there are none.
  ///
  /// @throws UsageException if a judgment names a row that is not there
  <T> T use(Function<Iterator<JudgedQuery>, T> use) throws IOException {
    Files given = files;
    if (given == null) {
      return use.apply(List.<JudgedQuery>of().iterator());
    }
    Map<Long, List<Judgment>> judgments = JudgmentsFile.read(given.judgments);
    try (VectorFile queries = VectorFile.open(given.queries, given.dataset)) {
      return use.apply(new Rows(queries, judgments.entrySet().iterator(), given.judgments));
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  /// The rows of a file that were judged, in order.
  private static final class Rows implements Iterator<JudgedQuery> {
    private static final int ROWS_AT_ONCE = 256;

    private final VectorFile file;
    private final Iterator<Map.Entry<Long, List<Judgment>>> judged;
    private final Path judgments;
    private @Nullable RowBatch batch;

    Rows(VectorFile file, Iterator<Map.Entry<Long, List<Judgment>>> judged, Path judgments) {
      this.file = file;
      this.judged = judged;
      this.judgments = judgments;
    }

    @Override
    public boolean hasNext() {
      return judged.hasNext();
    }

    @Override
    public JudgedQuery next() {
      if (!judged.hasNext()) {
        throw new NoSuchElementException();
      }
      Map.Entry<Long, List<Judgment>> next = judged.next();
      try {
        return new JudgedQuery(row(next.getKey()), next.getValue());
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    private float[] row(long row) throws IOException {
      RowBatch current = batch;
      if (current == null || row >= current.firstRow() + current.rows()) {
        file.seek(row);
        current = file.next(ROWS_AT_ONCE);
        batch = current;
      }
      if (current == null) {
        throw new MalformedFileException(
            judgments,
            "query " + row,
            "a row of " + file.path(),
            "a row behind the last of " + file.position());
      }
      int at = (int) (row - current.firstRow()) * current.dimension();
      return Arrays.copyOfRange(current.vectors(), at, at + current.dimension());
    }
  }
}
