package dev.kith.bench.run;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.ListLearning;
import dev.kith.index.build.SealProgress;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.store.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A sealed segment whose file goes when it closes.
///
/// The file lies in the JVM's temporary folder (`-Djava.io.tmpdir`); choose one on a disk like the
/// server's, since how a mapping behaves is the file system's doing.
public final class TemporarySegment implements Resource {
  private final Path folder;
  private final Path file;
  private final SealedSegment segment;

  private TemporarySegment(Path folder, Path file, SealedSegment segment) {
    this.folder = folder;
    this.file = file;
    this.segment = segment;
  }

  /// Seals a linked segment, which stays open, and opens the file.
  ///
  /// @param threads that seal, at least 1
  public static TemporarySegment seal(GrowingSegment growing, int threads, Residence residence)
      throws IOException {
    return sealAs(growing.index(), growing, threads, residence);
  }

  /// Seals a segment, which stays open, as one of some index, and opens the file.
  ///
  /// @param index one that the segment can be sealed as
  /// @param threads that seal, at least 1
  public static TemporarySegment sealAs(
      IndexSpec index, GrowingSegment growing, int threads, Residence residence)
      throws IOException {
    return open(
        growing, residence, file -> growing.sealAs(index, file, 0, threads, SealProgress.IGNORED));
  }

  /// Seals a segment, which stays open, as lists that are learnt from what is said, and opens the
  /// file.
  ///
  /// @param threads that seal, at least 1
  public static TemporarySegment sealLists(
      IndexSpec.Ivf lists,
      ListLearning learning,
      GrowingSegment growing,
      int threads,
      Residence residence)
      throws IOException {
    return open(
        growing,
        residence,
        file -> growing.sealLists(lists, learning, file, 0, threads, SealProgress.IGNORED));
  }

  /// Seals a segment to a file.
  private interface Sealing {
    void seal(Path file) throws IOException;
  }

  private static TemporarySegment open(GrowingSegment growing, Residence residence, Sealing sealing)
      throws IOException {
    Path folder = Files.createTempDirectory("kith-bench-");
    Path file = folder.resolve("sealed.kseg");
    try {
      sealing.seal(file);
      SealedSegment segment = SealedSegment.open(file, growing.space(), residence);
      return new TemporarySegment(folder, file, segment);
    } catch (IOException | RuntimeException | Error failure) {
      delete(file, folder);
      throw failure;
    }
  }

  /// The segment; borrowed until this closes.
  public SealedSegment segment() {
    return segment;
  }

  @Override
  public void close() {
    segment.close();
    try {
      delete(file, folder);
    } catch (IOException e) {
      throw new UncheckedIOException("could not delete " + folder, e);
    }
  }

  private static void delete(Path file, Path folder) throws IOException {
    Files.deleteIfExists(file);
    Files.delete(folder);
  }
}
