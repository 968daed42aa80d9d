package dev.kith.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kith.proto.v1.AttachCollectionRequest;
import dev.kith.proto.v1.AttachCollectionResponse;
import dev.kith.proto.v1.AttachPhase;
import dev.kith.proto.v1.CancelOptimizationRequest;
import dev.kith.proto.v1.CancelOptimizationResponse;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CollectionServiceGrpc;
import dev.kith.proto.v1.CountPointsRequest;
import dev.kith.proto.v1.CountPointsResponse;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.CreateCollectionResponse;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.DeletePointsResponse;
import dev.kith.proto.v1.Durability;
import dev.kith.proto.v1.Explanation;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetCollectionResponse;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.GetPointsRequest;
import dev.kith.proto.v1.GetPointsResponse;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IngestAck;
import dev.kith.proto.v1.IngestFinished;
import dev.kith.proto.v1.IngestRequest;
import dev.kith.proto.v1.IngestResponse;
import dev.kith.proto.v1.IngestStarted;
import dev.kith.proto.v1.ListCollectionsRequest;
import dev.kith.proto.v1.ListCollectionsResponse;
import dev.kith.proto.v1.ListSetting;
import dev.kith.proto.v1.ListStats;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import dev.kith.proto.v1.OptimizePhase;
import dev.kith.proto.v1.OptimizeReport;
import dev.kith.proto.v1.Point;
import dev.kith.proto.v1.PointServiceGrpc;
import dev.kith.proto.v1.RelevanceOptions;
import dev.kith.proto.v1.RelevanceOutcome;
import dev.kith.proto.v1.ScrollRequest;
import dev.kith.proto.v1.ScrollResponse;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchHeader;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SearchServiceGrpc;
import dev.kith.proto.v1.SegmentStats;
import dev.kith.proto.v1.StageWork;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.UpdateCollectionResponse;
import dev.kith.proto.v1.VectorSchema;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// A small, exact, forgetful server of everything the command line asks for, where it is always the
/// same moment. Scores are negative Euclidean distances.
public final class TestServer implements AutoCloseable {
  private static final Explanation EXPLANATION =
      Explanation.newBuilder()
          .setPlan("some lists")
          .addStages(
              StageWork.newBuilder()
                  .setStage("probe")
                  .setSegment(7)
                  .setDistanceComputations(350)
                  .setNodesVisited(5)
                  .setMultiplyAdds(9600)
                  .setCandidates(10))
          .addStages(
              StageWork.newBuilder()
                  .setStage("scan")
                  .setSegment(7)
                  .setWidth(32)
                  .setCandidatesIn(300)
                  .setCandidates(50)
                  .setMultiplyAdds(9600)
                  .setBytesScanned(38_400))
          .build();

  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

  private final TreeMap<String, Collection> collections = new TreeMap<>();
  private final TreeMap<String, List<Point>> points = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private final RelevanceCalls relevance = new RelevanceCalls();
  private final RankCalls rank = new RankCalls();
  private final Server server;
  private SearchOptions searched = SearchOptions.getDefaultInstance();
  private long lsn;
  private volatile boolean cancelled;
  private volatile dev.kith.proto.v1.Filter lastFilter =
      dev.kith.proto.v1.Filter.getDefaultInstance();

  private TestServer() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new CollectionCalls())
            .addService(new PointCalls())
            .addService(new SearchCalls())
            .addService(relevance)
            .addService(rank)
            .build();
  }

  /// Starts one on a free port.
  public static TestServer start() throws IOException {
    TestServer started = new TestServer();
    started.server.start();
    return started;
  }

  /// Where it listens.
  public String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /// The filter of the last search, which it was asked for and not answered by.
  public dev.kith.proto.v1.Filter lastFilter() {
    return lastFilter;
  }

  /// Makes verifications find something.
  public synchronized void violate(String violation) {
    violations.add(violation);
  }

  /// Its models of relevance.
  public RelevanceCalls relevance() {
    return relevance;
  }

  /// What it makes of neighbours.
  public RankCalls rank() {
    return rank;
  }

  /// What the last search asked for.
  public synchronized SearchOptions searched() {
    return searched;
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Point> pointsOf(String collection) {
    List<Point> found = points.get(collection);
    if (found == null) {
      throw FakeServer.notFound(collection);
    }
    return found;
  }

  private interface Answer<R> {
    R make();
  }

  private synchronized <R> void answer(StreamObserver<R> observer, Answer<R> answer) {
    R response;
    try {
      response = answer.make();
    } catch (RuntimeException refusal) {
      observer.onError(refusal);
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  private final class CollectionCalls extends CollectionServiceGrpc.CollectionServiceImplBase {
    @Override
    public void createCollection(
        CreateCollectionRequest request, StreamObserver<CreateCollectionResponse> observer) {
      answer(
          observer,
          () -> {
            Collection made =
                Collection.newBuilder()
                    .setName(request.getName())
                    .setVector(request.getVector())
                    .setIndex(request.getIndex())
                    .setCreateTime(Timestamp.newBuilder().setSeconds(NOW.getEpochSecond()))
                    .build();
            collections.put(request.getName(), made);
            points.put(request.getName(), new ArrayList<>());
            return CreateCollectionResponse.newBuilder().setCollection(made).build();
          });
    }

    @Override
    public void updateCollection(
        UpdateCollectionRequest request, StreamObserver<UpdateCollectionResponse> observer) {
      answer(
          observer,
          () -> {
            Collection.Builder changed =
                Objects.requireNonNull(collections.get(request.getName())).toBuilder();
            if (request.hasIndex()) {
              changed.setIndex(request.getIndex());
            }
            changed.getVectorBuilder().setCodec(request.getCodec());
            if (request.hasCodecBits()) {
              changed.getVectorBuilder().setCodecBits(request.getCodecBits());
            }
            if (request.hasPrefixes()) {
              changed
                  .getVectorBuilder()
                  .clearPrefixes()
                  .addAllPrefixes(request.getPrefixes().getWidthsList())
                  .setBasis(request.getPrefixes().getBasis());
            }
            collections.put(request.getName(), changed.build());
            return UpdateCollectionResponse.newBuilder().setCollection(changed).build();
          });
    }

    @Override
    public void attachCollection(
        AttachCollectionRequest request, StreamObserver<AttachCollectionResponse> observer) {
      answer(
          observer,
          () -> {
            if (!request.getFolder().equals("made")) {
              throw Status.FAILED_PRECONDITION
                  .withDescription("there is no " + request.getFolder())
                  .asRuntimeException();
            }
            observer.onNext(
                AttachCollectionResponse.newBuilder()
                    .setPhase(AttachPhase.ATTACH_PHASE_STORING)
                    .setCompleted(1)
                    .setTotal(3)
                    .build());
            return AttachCollectionResponse.newBuilder()
                .setPhase(AttachPhase.ATTACH_PHASE_FINISHED)
                .setCollection(
                    Collection.newBuilder()
                        .setName(request.getName())
                        .setVector(
                            VectorSchema.newBuilder()
                                .setDimension(4)
                                .setMetric(dev.kith.proto.v1.Metric.METRIC_COSINE))
                        .setIndex(IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance()))
                        .setPointCount(3))
                .build();
          });
    }

    @Override
    public void getCollection(
        GetCollectionRequest request, StreamObserver<GetCollectionResponse> observer) {
      answer(
          observer,
          () -> {
            pointsOf(request.getName());
            return GetCollectionResponse.newBuilder()
                .setCollection(collections.get(request.getName()))
                .build();
          });
    }

    @Override
    public void listCollections(
        ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> observer) {
      // One a page, so that every list is paged.
      answer(
          observer,
          () -> {
            String name =
                request.getPageToken().isEmpty()
                    ? (collections.isEmpty() ? null : collections.firstKey())
                    : collections.higherKey(request.getPageToken());
            ListCollectionsResponse.Builder page = ListCollectionsResponse.newBuilder();
            if (name != null) {
              page.addCollections(collections.get(name));
              if (collections.higherKey(name) != null) {
                page.setNextPageToken(name);
              }
            }
            return page.build();
          });
    }

    @Override
    public void optimizeCollection(
        OptimizeCollectionRequest request, StreamObserver<OptimizeCollectionResponse> observer) {
      observer.onNext(
          OptimizeCollectionResponse.newBuilder()
              .setPhase(OptimizePhase.OPTIMIZE_PHASE_LINKING)
              .setTotalPoints(10)
              .build());
      observer.onNext(
          OptimizeCollectionResponse.newBuilder()
              .setPhase(
                  cancelled
                      ? OptimizePhase.OPTIMIZE_PHASE_CANCELLED
                      : OptimizePhase.OPTIMIZE_PHASE_FINISHED)
              .setDone(true)
              .setReport(
                  OptimizeReport.newBuilder()
                      .setLinkedPoints(request.getName().equals("listed") ? 0 : 10)
                      .setSeconds(2)
                      .setPointsPerSecond(5)
                      .setPeakResidentBytes(3 << 20)
                      .setRecall(0.975)
                      .setRecallQueries(4)
                      .setRecallEf(100))
              .build());
      observer.onCompleted();
    }

    @Override
    public void cancelOptimization(
        CancelOptimizationRequest request, StreamObserver<CancelOptimizationResponse> observer) {
      answer(
          observer,
          () -> {
            boolean first = !cancelled;
            cancelled = true;
            return CancelOptimizationResponse.newBuilder().setWasRunning(first).build();
          });
    }

    /// One segment of lists, for whose first setting a ladder was measured and for whose second
    /// none.
    @Override
    public void getCollectionStats(
        GetCollectionStatsRequest request, StreamObserver<GetCollectionStatsResponse> observer) {
      ListSetting.Builder laddered =
          ListSetting.newBuilder()
              .setRecall(0.9)
              .setNprobe(9)
              .setPatience(4)
              .setRescoreFactor(1.5f)
              .setCoarseDims(16)
              .setMultiplyAdds(12_345);
      laddered.addLadderBuilder().setDims(32).setKeep(120);
      laddered.addLadderBuilder().setDims(64).setKeep(40);
      ListSetting full =
          ListSetting.newBuilder()
              .setRecall(0.99)
              .setNprobe(30)
              .setPatience(12)
              .setFullWidth(true)
              .setMultiplyAdds(98_765)
              .build();
      answer(
          observer,
          () ->
              GetCollectionStatsResponse.newBuilder()
                  .setPointCount(pointsOf(request.getName()).size())
                  .addSegments(
                      SegmentStats.newBuilder()
                          .setNumber(7)
                          .setSealed(true)
                          .setLists(
                              ListStats.newBuilder()
                                  .setCount(30)
                                  .addSettings(laddered)
                                  .addSettings(full)))
                  .addSegments(
                      SegmentStats.newBuilder()
                          .setNumber(8)
                          .setSealed(true)
                          .setRescoreFactor(2)
                          .setCertified(true))
                  .build());
    }

    @Override
    public void verifyCollection(
        VerifyCollectionRequest request, StreamObserver<VerifyCollectionResponse> observer) {
      answer(
          observer,
          () ->
              VerifyCollectionResponse.newBuilder()
                  .addAllViolations(violations)
                  .setPointCount(pointsOf(request.getName()).size())
                  .build());
    }
  }

  private final class PointCalls extends PointServiceGrpc.PointServiceImplBase {
    @Override
    public StreamObserver<IngestRequest> ingest(StreamObserver<IngestResponse> observer) {
      return new StreamObserver<>() {
        private String collection = "";

        @Override
        public void onNext(IngestRequest message) {
          IngestResponse.Builder response = IngestResponse.newBuilder();
          switch (message.getMessageCase()) {
            case START -> {
              collection = message.getStart().getCollection();
              response.setStarted(IngestStarted.newBuilder().setWindow(2));
            }
            case BATCH -> {
              write(collection, message.getBatch().getPoints());
              response.setAck(
                  IngestAck.newBuilder()
                      .setSequence(message.getBatch().getSequence())
                      .setLsn(lsn)
                      .setDurability(Durability.DURABILITY_DISK));
            }
            case FINISH -> response.setFinished(IngestFinished.newBuilder().setLsn(lsn));
            case MESSAGE_NOT_SET -> throw new AssertionError("an empty message");
          }
          observer.onNext(response.build());
          if (message.hasFinish()) {
            observer.onCompleted();
          }
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {}
      };
    }

    private void write(String collection, dev.kith.proto.v1.PointBatch batch) {
      synchronized (TestServer.this) {
        lsn++;
        List<dev.kith.proto.v1.PointId> ids = ids(batch.getIds());
        int bytes = 4 * batch.getVectors().getDimension();
        for (int i = 0; i < ids.size(); i++) {
          ByteString payload =
              batch.getPayloadsCount() == 0 ? ByteString.EMPTY : batch.getPayloads(i);
          pointsOf(collection)
              .add(
                  Point.newBuilder()
                      .setId(ids.get(i))
                      .setVersion(lsn)
                      .setVector(
                          dev.kith.proto.v1.Vector.newBuilder()
                              .setData(
                                  batch
                                      .getVectors()
                                      .getData()
                                      .substring(i * bytes, (i + 1) * bytes)))
                      .setPayload(payload)
                      .build());
        }
      }
    }

    private static List<dev.kith.proto.v1.PointId> ids(dev.kith.proto.v1.PointIds column) {
      return switch (column.getColumnCase()) {
        case NUMBERS ->
            column.getNumbers().getValuesList().stream()
                .map(number -> dev.kith.proto.v1.PointId.newBuilder().setNumber(number).build())
                .toList();
        case TEXTS ->
            column.getTexts().getValuesList().stream()
                .map(text -> dev.kith.proto.v1.PointId.newBuilder().setText(text).build())
                .toList();
        case MIXED -> column.getMixed().getValuesList();
        case UUIDS, COLUMN_NOT_SET -> throw new AssertionError(column.getColumnCase());
      };
    }

    @Override
    public void getPoints(GetPointsRequest request, StreamObserver<GetPointsResponse> observer) {
      answer(
          observer,
          () ->
              GetPointsResponse.newBuilder()
                  .addAllPoints(
                      ids(request.getIds()).stream()
                          .flatMap(
                              id ->
                                  pointsOf(request.getCollection()).stream()
                                      .filter(point -> point.getId().equals(id)))
                          .toList())
                  .build());
    }

    @Override
    public void deletePoints(
        DeletePointsRequest request, StreamObserver<DeletePointsResponse> observer) {
      answer(
          observer,
          () -> {
            List<Point> stored = pointsOf(request.getCollection());
            int before = stored.size();
            stored.removeIf(point -> ids(request.getIds()).contains(point.getId()));
            lsn++;
            return DeletePointsResponse.newBuilder()
                .setLsn(lsn)
                .setDurability(request.getDurability())
                .setPointCount(before - stored.size())
                .build();
          });
    }

    @Override
    public void countPoints(
        CountPointsRequest request, StreamObserver<CountPointsResponse> observer) {
      answer(
          observer,
          () ->
              CountPointsResponse.newBuilder()
                  .setPointCount(pointsOf(request.getCollection()).size())
                  .build());
    }

    @Override
    public void scroll(ScrollRequest request, StreamObserver<ScrollResponse> observer) {
      answer(
          observer,
          () ->
              ScrollResponse.newBuilder()
                  .addAllPoints(pointsOf(request.getCollection()))
                  .setEnd(true)
                  .build());
    }
  }

  private final class SearchCalls extends SearchServiceGrpc.SearchServiceImplBase {
    @Override
    public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
      answer(
          observer,
          () -> {
            searched = request.getOptions();
            List<Point> stored = pointsOf(request.getCollection());
            lastFilter = request.getOptions().getFilter();
            float[] query =
                Wire.floats(
                    request.hasVector()
                        ? request.getVector()
                        : stored.stream()
                            .filter(point -> point.getId().equals(request.getPoint()))
                            .findFirst()
                            .orElseThrow()
                            .getVector());
            SearchHeader.Builder header =
                SearchHeader.newBuilder()
                    .setMetric(dev.kith.proto.v1.Metric.METRIC_EUCLIDEAN)
                    .setLsn(lsn);
            if (request.getOptions().getExplain()) {
              header.setExplanation(EXPLANATION);
            }
            List<Hit> hits =
                stored.stream()
                    .filter(point -> !point.getId().equals(request.getPoint()))
                    .map(point -> hit(point, query))
                    .sorted(Comparator.comparingDouble(Hit::getScore).reversed())
                    .limit(request.getOptions().getLimit())
                    .toList();
            if (request.getOptions().hasRelevance()) {
              List<Hit> kept = kept(hits, request.getOptions().getRelevance());
              header.setRelevance(outcome(request.getOptions().getRelevance(), hits, kept));
              hits = kept;
            }
            SearchResponse.Builder response =
                SearchResponse.newBuilder().setHeader(header).addAllHits(hits);
            RankCalls.rank(response, request.getOptions());
            return response.build();
          });
    }

    @Override
    public void searchBatch(
        SearchBatchRequest request, StreamObserver<SearchBatchResponse> observer) {
      answer(
          observer,
          () -> {
            SearchBatchResponse.Builder response = SearchBatchResponse.newBuilder();
            response.getHeaderBuilder().setMetric(dev.kith.proto.v1.Metric.METRIC_EUCLIDEAN);
            int bytes = 4 * request.getVectors().getDimension();
            ByteString rows = request.getVectors().getData();
            for (int at = 0; at < rows.size(); at += bytes) {
              float[] query =
                  Wire.floats(
                      dev.kith.proto.v1.Vector.newBuilder()
                          .setData(rows.substring(at, at + bytes))
                          .build());
              List<Hit> hits =
                  pointsOf(request.getCollection()).stream()
                      .map(point -> hit(point, query))
                      .sorted(Comparator.comparingDouble(Hit::getScore).reversed())
                      .toList();
              List<Hit> kept = kept(hits, request.getOptions().getRelevance());
              response
                  .addResultsBuilder()
                  .addAllHits(kept)
                  .setRelevance(outcome(request.getOptions().getRelevance(), hits, kept));
            }
            return response.build();
          });
    }

    /// The relevance of a hit is one over one more than its distance.
    private static List<Hit> kept(List<Hit> hits, RelevanceOptions asked) {
      return hits.stream()
          .map(hit -> hit.toBuilder().setRelevance(1 / (1 - hit.getScore())).build())
          .filter(hit -> hit.getRelevance() >= asked.getMinRelevance())
          .toList();
    }

    private static RelevanceOutcome outcome(
        RelevanceOptions asked, List<Hit> hits, List<Hit> kept) {
      RelevanceOutcome.Builder outcome =
          RelevanceOutcome.newBuilder()
              .setModel(asked.getModel().isEmpty() ? "usual" : asked.getModel())
              .setVersion(4)
              .setMinRelevance(asked.getMinRelevance())
              .setCandidates(hits.size())
              .setRelevant(kept.size())
              .setCut(hits.size() - kept.size());
      if (asked.getOutlyingness()) {
        outcome.getOutlyingnessBuilder().setDistance(2.5).setPointsPercentile(99.5);
      }
      return outcome.build();
    }

    private static Hit hit(Point point, float[] query) {
      float[] row = Wire.floats(point.getVector());
      double sum = 0;
      for (int i = 0; i < row.length; i++) {
        sum += (row[i] - query[i]) * (row[i] - query[i]);
      }
      return Hit.newBuilder()
          .setId(point.getId())
          .setScore(0 - (float) Math.sqrt(sum))
          .setVersion(point.getVersion())
          .setPayload(point.getPayload())
          .build();
    }
  }
}
