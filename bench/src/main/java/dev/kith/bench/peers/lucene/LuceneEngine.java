package dev.kith.bench.peers.lucene;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.peers.engine.Engine;
import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.bench.peers.engine.SimdLog;
import dev.kith.bench.run.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

/// Lucene's HNSW graph over float vectors, merged into one segment in mapped files. Setting: `ef`,
/// the hits a leaf's `searchNearestVectors` collects, of which the first are taken.
public final class LuceneEngine implements Engine {
  private static final String VECTOR = "vector";
  private static final String ROW = "row";

  // Just below what one indexing thread may hold: up to there a segment is built in one go.
  private static final double BUFFER_MB = 1900;

  private final Dataset dataset;
  private final Directory directory;
  private final DirectoryReader reader;
  private final LeafReader leaf;
  private final AcceptDocs all;
  private final int[] rows;
  private final String vectorization;

  private LuceneEngine(Dataset dataset, Directory directory, String vectorization)
      throws IOException {
    this.dataset = dataset;
    this.directory = directory;
    this.vectorization = vectorization;
    this.reader = DirectoryReader.open(directory);
    this.leaf = reader.leaves().getFirst().reader();
    this.all = AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc());
    this.rows = new int[leaf.maxDoc()];
    NumericDocValues values = leaf.getNumericDocValues(ROW);
    while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      rows[values.docID()] = (int) values.longValue();
    }
  }

  /// Builds in a folder `lucene` of the working directory.
  public static Engine build(Dataset dataset, GraphSettings graph, int threads)
      throws IOException, InterruptedException {
    try (SimdLog log = SimdLog.open("org.apache.lucene.internal.vectorization");
        ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      MMapDirectory directory = new MMapDirectory(Files.createDirectory(Path.of("lucene")));
      directory.setPreload(MMapDirectory.ALL_FILES); // No search waits for the disk.
      IndexWriterConfig config = new IndexWriterConfig();
      config.setCodec(new GraphCodec(graph, threads, threads == 1 ? null : workers));
      config.setUseCompoundFile(false);
      config.setRAMBufferSizeMB(BUFFER_MB);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        add(dataset, writer, threads, workers);
        writer.forceMerge(1);
      }
      return new LuceneEngine(dataset, directory, log.heard());
    }
  }

  private static void add(Dataset dataset, IndexWriter writer, int threads, ExecutorService workers)
      throws IOException, InterruptedException {
    VectorSimilarityFunction similarity =
        switch (dataset.space().metric()) {
          case COSINE -> VectorSimilarityFunction.DOT_PRODUCT; // Of vectors of length one.
          case DOT -> VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
          case EUCLIDEAN -> VectorSimilarityFunction.EUCLIDEAN;
        };
    AtomicInteger next = new AtomicInteger();
    Callable<Integer> work =
        () -> {
          int added = 0;
          for (int row = next.getAndIncrement();
              row < dataset.base().rows();
              row = next.getAndIncrement()) {
            Document document = new Document();
            document.add(new KnnFloatVectorField(VECTOR, dataset.base().row(row), similarity));
            document.add(new NumericDocValuesField(ROW, row));
            writer.addDocument(document);
            added++;
          }
          return added;
        };
    List<Future<Integer>> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(workers.submit(work));
    }
    try {
      for (Future<Integer> worker : running) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("adding failed: " + e.getCause(), e.getCause());
    }
  }

  @Override
  public String version() {
    return Version.LATEST + ", " + vectorization;
  }

  /// Of the files with vectors and the graph.
  @Override
  public double bytesPerVector() throws IOException {
    long bytes = 0;
    for (String file : directory.listAll()) {
      if (file.endsWith(".vec") || file.endsWith(".vex") || file.endsWith(".vem")) {
        bytes += directory.fileLength(file);
      }
    }
    return (double) bytes / dataset.base().rows();
  }

  @Override
  public Target.Searcher searcher(int k, Map<String, Integer> setting) {
    int ef = Engine.only("ef", setting);
    float[][] queries = new float[dataset.queries().rows()][];
    for (int query = 0; query < queries.length; query++) {
      queries[query] = dataset.queries().row(query);
    }
    return new LeafSearcher(queries, k, ef);
  }

  @Override
  public void close() throws IOException {
    try (directory;
        reader) {
      // Both are closed, the reader first.
    }
  }

  /// Searches the only segment.
  private final class LeafSearcher implements Target.Searcher {
    private final float[][] queries;
    private final int k;
    private final int ef;
    private long distanceComputations;

    LeafSearcher(float[][] queries, int k, int ef) {
      this.queries = queries;
      this.k = k;
      this.ef = Math.max(k, ef);
    }

    @Override
    public int search(int query, int[] found) {
      TopKnnCollector collector = new TopKnnCollector(ef, Integer.MAX_VALUE);
      try {
        leaf.searchNearestVectors(VECTOR, queries[query], collector, all);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      distanceComputations += collector.visitedCount();
      TopDocs top = collector.topDocs();
      ScoreDoc[] hits = top.scoreDocs;
      int size = Math.min(k, hits.length);
      for (int rank = 0; rank < size; rank++) {
        found[rank] = rows[hits[rank].doc];
      }
      return size;
    }

    @Override
    public long distanceComputations() {
      return distanceComputations;
    }

    @Override
    public void close() {
      // The engine owns the reader.
    }
  }
}
