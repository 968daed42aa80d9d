package dev.kith.index.build;

import dev.kith.index.CorruptFileException;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.ivf.GrowingLists;
import dev.kith.index.ivf.Partition;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.Resource;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// A segment that no longer takes rows: a checked file, mapped read-only. See
/// [GrowingSegment#seal].
///
/// The file holds live rows only; rows killed since are known to [#tombstones()], which lives in
/// memory and is empty after [#open]. Owns the mapping or the copy: close only after the last
/// search.
public final class SealedSegment implements SegmentReader, Resource {

  /// Where an open segment lives.
  public enum Residence {
    /// In the page cache: opens at once, shares memory with the system, and what is not searched
    /// need not be in memory.
    MAPPED,
    /// In memory of its own, in huge pages where the system has them: takes as much memory as the
    /// file is long, and saves the address translation misses that random reads of a mapping cost.
    /// Vectors beside codes stay mapped: a search reads a few of them, and they are most of the
    /// file.
    IN_MEMORY
  }

  private final Path path;
  private final long bytes;
  private final Placement memory;
  private final long lsn;
  private final SealedIndex index;
  private final Tombstones tombstones;

  /// @param memory of the file, which belongs to this
  private SealedSegment(SectionFile file, VectorSpace space, Placement memory)
      throws CorruptFileException {
    SealedLayout.Header header = SealedLayout.Header.read(file, space);
    this.path = file.file();
    this.bytes = file.bytes();
    this.memory = memory;
    this.lsn = header.lsn();
    this.index = SealedIndex.open(file, header, space, memory);
    this.tombstones = new Tombstones(header.rows());
    memory.settle();
  }

  /// Checks and maps a file.
  ///
  /// @param space what the vectors must be
  /// @throws CorruptFileException if the file is damaged or holds another kind of vectors
  /// @throws IOException if it cannot be read
  public static SealedSegment open(Path path, VectorSpace space) throws IOException {
    return open(path, space, Residence.MAPPED);
  }

  /// Checks a file and maps it or copies it to memory.
  ///
  /// @param space what the vectors must be
  /// @throws CorruptFileException if the file is damaged or holds another kind of vectors
  /// @throws IOException if it cannot be read
  public static SealedSegment open(Path path, VectorSpace space, Residence residence)
      throws IOException {
    SectionFile file = SectionFile.open(path);
    Placement memory = new Placement(file, residence);
    try {
      return new SealedSegment(file, space, memory);
    } catch (IOException | RuntimeException | Error failure) {
      memory.close();
      throw failure;
    }
  }

  /// Log sequence number that the rows cover, as given when the segment was sealed.
  public long lsn() {
    return lsn;
  }

  /// Which index the segment keeps.
  public IndexSpec index() {
    return index.spec();
  }

  /// The file as it was opened.
  public Path file() {
    return path;
  }

  @Override
  public VectorSpace space() {
    return index.rows().space();
  }

  @Override
  public int size() {
    return tombstones.capacity();
  }

  @Override
  public int liveCount() {
    return size() - tombstones.deadCount();
  }

  @Override
  public long label(int ordinal) {
    return index.labels().label(ordinal);
  }

  @Override
  public int ordinalAt(int position) {
    return index.labels().ordinalAt(position);
  }

  @Override
  public int ordinalOf(long label) {
    return index.labels().ordinalOf(label);
  }

  @Override
  public Tombstones tombstones() {
    return tombstones;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  /// Bytes of memory of its own: see [Residence].
  public long copiedBytes() {
    return memory.copiedBytes();
  }

  /// Rows that a search which does not say how many scores exactly for each hit, as measured when
  /// the segment was sealed; empty without codes, except that it is 1 for lists of vectors.
  public OptionalDouble rescoreFactor() {
    return index.rescoreFactor();
  }

  /// Whether searches that say nothing of widths, nor how many rows to score exactly, scan it at
  /// all widths until they are certain, and miss nothing.
  public boolean isCertified() {
    return index.isCertified();
  }

  /// What there is to know of its lists; empty if the index is another.
  public Optional<ListStats> listStats() {
    return index.listStats();
  }

  @Override
  public Optional<Tuning> tuning() {
    return index.tuning();
  }

  @Override
  public Optional<VectorRows> listCentroids() {
    return Optional.ofNullable(index.centroids()).map(Partition.Centroids::rows);
  }

  @Override
  public void probe(
      SearchPlan plan,
      QueryBuffer query,
      OrdinalFilter returned,
      TopK hits,
      SearchScratch scratch) {
    SearchScratch.SegmentRows segment =
        new SearchScratch.SegmentRows(index.rows(), tombstones, returned, size(), size());
    if (plan.probe() instanceof Probe.Labels labels) {
      scratch.probe(plan, labels, query, hits, segment, this);
    } else {
      index.probe(plan, query, hits, segment, scratch);
    }
  }

  /// Checks everything that is promised about labels and links.
  ///
  /// @return what is wrong, empty if nothing is
  public List<String> verify() {
    List<String> violations = new ArrayList<>();
    index.labels().verify(violations);
    violations.addAll(index.verify());
    return violations;
  }

  @Override
  public void close() {
    memory.close();
  }

  /// The centroids of the lists; null if the index is another.
  Partition.@Nullable Centroids centroids() {
    return index.centroids();
  }

  /// Empty lists around copies of the centroids, to be read as these are; null if there are none
  /// that were learnt from rows of the same space.
  ///
  /// @param other rows to be put into lists
  /// @param arena frees the lists when it closes
  @Nullable GrowingLists newLists(VectorRows other, Arena arena) {
    return index instanceof SealedIndex.Lists lists
            && lists.centroids().trained() > 0
            && other.space().equals(space())
        ? new GrowingLists(
            lists.centroids(), lists.lists().tuning(), lists.header().spill(), other, arena)
        : null;
  }

  /// What is searched in place of the rows; null if the rows are.
  @Nullable SegmentCodes codes() {
    return index.codes();
  }

  /// The graph as lists of links; null if the index is none.
  @Nullable SealedGraph graph() {
    return index.graph();
  }

  @Override
  public VectorRows rows() {
    return index.rows();
  }
}
