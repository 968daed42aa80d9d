package dev.kith.index.build;

import dev.kith.index.CorruptFileException;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.SegmentCodes;
import dev.kith.index.flat.CodedScan;
import dev.kith.index.hnsw.CodedGraph;
import dev.kith.index.hnsw.FastGraph;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.ivf.InvertedFile;
import dev.kith.index.ivf.Partition;
import dev.kith.index.ivf.Tuning;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.VectorRows;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// The rows of a sealed segment and what finds the nearest of them: one kind for every way in which
/// a file may be laid out. Thread-safe, over memory that someone else owns.
sealed interface SealedIndex {

  /// What the segment was sealed as.
  IndexSpec spec();

  /// The labels by ordinal.
  LabelColumn labels();

  /// The vectors by ordinal.
  VectorRows rows();

  /// Offers the best live rows to `hits` as the plan's probe finds them.
  ///
  /// @param segment of the rows of this
  void probe(
      SearchPlan plan,
      QueryBuffer query,
      TopK hits,
      SearchScratch.SegmentRows segment,
      SearchScratch scratch);

  /// The graph as lists of links; null if there is none.
  default @Nullable SealedGraph graph() {
    return null;
  }

  /// Checks everything that is promised about links.
  ///
  /// @return what is wrong, empty if nothing is
  default List<String> verify() {
    SealedGraph graph = graph();
    return graph == null ? List.of() : graph.verify();
  }

  /// What is searched in place of the rows, by ordinal; null if there is no such thing.
  default @Nullable SegmentCodes codes() {
    return null;
  }

  /// The centroids of the lists; null if there are none.
  default Partition.@Nullable Centroids centroids() {
    return null;
  }

  /// See [SealedSegment#rescoreFactor].
  default OptionalDouble rescoreFactor() {
    return OptionalDouble.empty();
  }

  /// See [SealedSegment#isCertified].
  default boolean isCertified() {
    return false;
  }

  /// What there is to know of the lists; empty if there are none.
  default Optional<ListStats> listStats() {
    return Optional.empty();
  }

  /// What searches do to find so much; empty if there are no lists.
  default Optional<Tuning> tuning() {
    return Optional.empty();
  }

  /// Reads the sections of a file.
  ///
  /// @param header of the file
  /// @throws CorruptFileException if they do not hold together
  static SealedIndex open(
      SectionFile file, SealedLayout.Header header, VectorSpace space, Placement placement)
      throws CorruptFileException {
    if (header.hasLists()) {
      return IvfLayout.open(file, space, header, placement);
    }
    return new SealedSections(file, header, space, placement).open();
  }

  /// None: every search scores every row.
  record Scan(LabelColumn labels, VectorRows rows) implements SealedIndex {

    @Override
    public IndexSpec spec() {
      return new IndexSpec.Flat();
    }

    @Override
    public void probe(
        SearchPlan plan,
        QueryBuffer query,
        TopK hits,
        SearchScratch.SegmentRows segment,
        SearchScratch scratch) {
      scratch.probeExactly(plan, query, hits, segment);
    }
  }

  /// Codes in one table, all of which are scored, and vectors in another.
  record ScanOfCodes(IndexSpec spec, LabelColumn labels, CodedScan scan) implements SealedIndex {

    @Override
    public VectorRows rows() {
      return scan.rows();
    }

    @Override
    public SegmentCodes codes() {
      return scan.codes();
    }

    @Override
    public OptionalDouble rescoreFactor() {
      return OptionalDouble.of(scan.rescoreFactor());
    }

    @Override
    public boolean isCertified() {
      return scan.isCertified();
    }

    @Override
    public void probe(
        SearchPlan plan,
        QueryBuffer query,
        TopK hits,
        SearchScratch.SegmentRows segment,
        SearchScratch scratch) {
      scratch.probe(plan, query, hits, segment, scan);
    }
  }

  /// Links in one table, and vectors in another, on which it is walked.
  record Compact(IndexSpec spec, LabelColumn labels, VectorRows rows, SealedGraph graph)
      implements SealedIndex {

    @Override
    public void probe(
        SearchPlan plan,
        QueryBuffer query,
        TopK hits,
        SearchScratch.SegmentRows segment,
        SearchScratch scratch) {
      scratch.probe(plan, query, hits, segment, graph);
    }
  }

  /// Links and vectors in tables, and codes in a third, on which it is walked.
  record Coded(IndexSpec spec, LabelColumn labels, CodedGraph coded) implements SealedIndex {

    @Override
    public VectorRows rows() {
      return coded.rows();
    }

    @Override
    public SealedGraph graph() {
      return coded.graph();
    }

    @Override
    public SegmentCodes codes() {
      return coded.codes();
    }

    @Override
    public OptionalDouble rescoreFactor() {
      return OptionalDouble.of(coded.rescoreFactor());
    }

    @Override
    public void probe(
        SearchPlan plan,
        QueryBuffer query,
        TopK hits,
        SearchScratch.SegmentRows segment,
        SearchScratch scratch) {
      scratch.probe(plan, query, hits, segment, coded);
    }
  }

  /// One record a node.
  record Fast(IndexSpec spec, LabelColumn labels, FastGraph fast) implements SealedIndex {

    @Override
    public VectorRows rows() {
      return fast.rows();
    }

    @Override
    public SealedGraph graph() {
      return fast.graph();
    }

    @Override
    public void probe(
        SearchPlan plan,
        QueryBuffer query,
        TopK hits,
        SearchScratch.SegmentRows segment,
        SearchScratch scratch) {
      scratch.probe(plan, query, hits, segment, fast);
    }
  }

  /// An inverted file, whose ordinals are positions in lists.
  record Lists(LabelColumn labels, IvfLayout.Header header, InvertedFile lists)
      implements SealedIndex {

    @Override
    public IndexSpec spec() {
      return header.index();
    }

    @Override
    public VectorRows rows() {
      return lists.rows();
    }

    @Override
    public List<String> verify() {
      return lists.lists().coarse().verify();
    }

    @Override
    public Partition.Centroids centroids() {
      return new Partition.Centroids(
          lists.lists().coarse(), header.trained(), header.trainedError());
    }

    @Override
    public OptionalDouble rescoreFactor() {
      return OptionalDouble.of(lists.tuning().usual().rescoreFactor());
    }

    @Override
    public Optional<Tuning> tuning() {
      return Optional.of(lists.tuning());
    }

    @Override
    public Optional<ListStats> listStats() {
      int longest = 0;
      for (int list = 0; list < header.lists(); list++) {
        longest = Math.max(longest, lists.lists().size(list));
      }
      double drift = header.trainedError() > 0 ? header.error() / header.trainedError() : 1;
      return Optional.of(new ListStats(header.lists(), longest, lists.tuning(), drift));
    }

    @Override
    public void probe(
        SearchPlan plan,
        QueryBuffer query,
        TopK hits,
        SearchScratch.SegmentRows segment,
        SearchScratch scratch) {
      scratch.probe(plan, query, hits, segment, lists);
    }
  }
}
