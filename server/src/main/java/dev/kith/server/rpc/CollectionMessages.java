package dev.kith.server.rpc;

import com.google.protobuf.Timestamp;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.ListStats;
import dev.kith.index.codec.Widths;
import dev.kith.index.ivf.Tuning;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.ListSetting;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.VectorSchema;
import dev.kith.server.collection.AutoIndex;
import dev.kith.server.collection.CollectionInfo;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.CollectionStats;
import dev.kith.server.collection.SegmentStats;
import dev.kith.server.config.Limits;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Translates the definitions of collections between the wire and the server.
final class CollectionMessages {
  private static final int MIN_SEGMENT_POINTS = 1_000;

  /// Mixed into the name to make a seed that is the same when a creation is retried.
  private static final long SEED = 0x9E37_79B9_7F4A_7C15L;

  private final Limits limits;

  CollectionMessages(Limits limits) {
    this.limits = limits;
  }

  /// Reads the definition of a new collection.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  CollectionSpec spec(CreateCollectionRequest request) {
    VectorSchema schema = request.getVector();
    IndexPolicy policy = request.getIndex();
    Fields fields = new Fields();
    String name = fields.name("name", request.getName());
    int dimension = fields.number("vector.dimension", schema.getDimension(), 1, limits.dimension());
    Metric metric = metric(fields, schema.getMetric(), schema.getMetricValue());
    IndexMessages indexes =
        new IndexMessages(fields, CodecMessages.Paths.OF_SCHEMA, dimension, seed(name));
    IndexSpec index = indexes.read(policy, CodecMessages.Asked.of(schema));
    Optional<AutoIndex> auto = indexes.auto(policy);
    VectorSpace space = new VectorSpace(dimension, metric);
    int defaultEf =
        policy.hasDefaultEf()
            ? ef(fields, "index.default_ef", policy.getDefaultEf())
            : CollectionSpec.DEFAULT_EF;
    int segmentPoints =
        policy.hasSegmentPoints()
            ? segmentPoints(fields, "index.segment_points", policy.getSegmentPoints())
            : CollectionSpec.defaultSegmentPoints(space);
    fields.refuseIfWrong();
    return new CollectionSpec(
        name, space, index, defaultEf, segmentPoints, policy.getDeferIndexing(), auto);
  }

  /// Reads what is to become of a definition.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  static CollectionSpec updated(CollectionSpec spec, UpdateCollectionRequest request) {
    Fields fields = new Fields();
    int defaultEf =
        request.hasDefaultEf()
            ? ef(fields, "default_ef", request.getDefaultEf())
            : spec.defaultEf();
    int segmentPoints =
        request.hasSegmentPoints()
            ? segmentPoints(fields, "segment_points", request.getSegmentPoints())
            : spec.segmentPoints();
    IndexMessages indexes =
        new IndexMessages(
            fields,
            CodecMessages.Paths.OF_UPDATE,
            spec.space().dimension(),
            IndexMessages.seed(spec.index()).orElse(seed(spec.name())));
    IndexSpec index = updatedIndex(fields, indexes, spec, request);
    Optional<AutoIndex> auto = request.hasIndex() ? indexes.auto(request.getIndex()) : spec.auto();
    fields.refuseIfWrong();
    return spec.withDefaultEf(defaultEf)
        .withSegmentPoints(segmentPoints)
        .withIndexingDeferred(
            request.hasDeferIndexing() ? request.getDeferIndexing() : spec.indexingDeferred())
        .withIndex(index)
        .withAuto(auto);
  }

  /// The index that is to be in force. One to be chosen is what it is until there is a trial.
  private static IndexSpec updatedIndex(
      Fields fields, IndexMessages indexes, CollectionSpec spec, UpdateCollectionRequest request) {
    IndexPolicy policy = request.getIndex();
    refuseIfSet(fields, policy.hasDefaultEf(), "default_ef");
    refuseIfSet(fields, policy.hasSegmentPoints(), "segment_points");
    refuseIfSet(fields, policy.getDeferIndexing(), "defer_indexing");
    CodecMessages.Asked asked = CodecMessages.Asked.of(request, spec);
    if (request.hasIndex()) {
      IndexSpec index = indexes.read(policy, asked);
      return policy.hasAuto() ? spec.index() : index;
    }
    if (!CodecMessages.Asked.isAny(request)) {
      return spec.index();
    }
    IndexPolicy present =
        spec.auto()
            .map(IndexMessages::write)
            .orElseGet(() -> IndexMessages.write(spec.index()))
            .build();
    return indexes.read(present, asked);
  }

  private static void refuseIfSet(Fields fields, boolean isSet, String field) {
    if (isSet) {
      fields.wrong("index." + field, "is a field of the request itself here: set " + field);
    }
  }

  private static int ef(Fields fields, String field, int value) {
    return fields.number(field, value, 1, CollectionSpec.MAX_EF);
  }

  private static int segmentPoints(Fields fields, String field, int value) {
    return fields.number(field, value, MIN_SEGMENT_POINTS, CollectionSpec.MAX_SEGMENT_POINTS);
  }

  private static long seed(String name) {
    return name.hashCode() * SEED;
  }

  private static Metric metric(Fields fields, dev.kith.proto.v1.Metric metric, int number) {
    return switch (metric) {
      case METRIC_COSINE -> Metric.COSINE;
      case METRIC_DOT -> Metric.DOT;
      case METRIC_EUCLIDEAN -> Metric.EUCLIDEAN;
      case METRIC_UNSPECIFIED -> {
        fields.wrong("vector.metric", "is required: cosine, dot or euclidean");
        yield Metric.COSINE;
      }
      case UNRECOGNIZED -> throw Fields.unsupported("vector.metric", number);
    };
  }

  static dev.kith.proto.v1.Metric write(Metric metric) {
    return switch (metric) {
      case COSINE -> dev.kith.proto.v1.Metric.METRIC_COSINE;
      case DOT -> dev.kith.proto.v1.Metric.METRIC_DOT;
      case EUCLIDEAN -> dev.kith.proto.v1.Metric.METRIC_EUCLIDEAN;
    };
  }

  static Collection write(CollectionInfo info) {
    CollectionSpec spec = info.spec();
    IndexPolicy.Builder policy =
        spec.auto()
            .map(IndexMessages::write)
            .orElseGet(() -> IndexMessages.write(spec.index()))
            .setDefaultEf(spec.defaultEf())
            .setSegmentPoints(spec.segmentPoints())
            .setDeferIndexing(spec.indexingDeferred());
    VectorSchema.Builder vector =
        VectorSchema.newBuilder()
            .setDimension(spec.space().dimension())
            .setMetric(write(spec.space().metric()));
    CodecMessages.write(vector, spec.index().codec());
    Collection.Builder collection =
        Collection.newBuilder()
            .setName(spec.name())
            .setVector(vector)
            .setIndex(policy)
            .setCreateTime(write(info.created()))
            .setPointCount(info.points());
    if (spec.auto().isPresent()) {
      collection.setChoice(IndexMessages.write(spec, info.choice()));
    }
    return collection.build();
  }

  static Timestamp write(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  static GetCollectionStatsResponse write(CollectionStats stats) {
    GetCollectionStatsResponse.Builder message =
        GetCollectionStatsResponse.newBuilder()
            .setPointCount(stats.points())
            .setUnlinkedPointCount(stats.unlinked())
            .setDeadRowCount(stats.deadRows())
            .setOutdatedPointCount(stats.outdated())
            .setLsn(stats.lsn())
            .setMemoryBytes(stats.memoryBytes())
            .setFileBytes(stats.fileBytes());
    List<SegmentStats> sealedFirst =
        stats.segments().stream()
            .sorted(Comparator.comparing((SegmentStats segment) -> !segment.sealed()))
            .toList();
    for (SegmentStats segment : sealedFirst) {
      dev.kith.proto.v1.SegmentStats.Builder one =
          message
              .addSegmentsBuilder()
              .setNumber(segment.number())
              .setSealed(segment.sealed())
              .setPointCount(segment.points())
              .setDeadRowCount(segment.deadRows())
              .setUnlinkedPointCount(segment.unlinked())
              .setBytes(segment.bytes())
              .setOutdated(segment.outdated())
              .setCertified(segment.certified())
              .setLsn(segment.lsn());
      segment.rescoreFactor().ifPresent(factor -> one.setRescoreFactor((float) factor));
      segment.lists().ifPresent(lists -> one.setLists(write(lists)));
    }
    return message.build();
  }

  private static dev.kith.proto.v1.ListStats write(ListStats lists) {
    dev.kith.proto.v1.ListStats.Builder message =
        dev.kith.proto.v1.ListStats.newBuilder()
            .setCount(lists.count())
            .setLongest(lists.longest())
            .setNprobe(lists.tuning().usual().nprobe())
            .setPatience(lists.tuning().usual().patience())
            .setDrift(lists.drift());
    for (Tuning.Setting setting : lists.tuning().settings()) {
      message.addSettings(write(setting));
    }
    return message.build();
  }

  private static ListSetting write(Tuning.Setting setting) {
    ListSetting.Builder message =
        ListSetting.newBuilder()
            .setRecall(setting.recall())
            .setNprobe(setting.nprobe())
            .setPatience(setting.patience())
            .setRescoreFactor(setting.rescoreFactor())
            .setFullWidth(setting.widths() instanceof Widths.Full)
            .setMultiplyAdds(setting.multiplyAdds());
    if (setting.widths() instanceof Widths.Ladder(int coarse, List<Widths.Rung> rungs)) {
      message.setCoarseDims(coarse);
      rungs.forEach(rung -> message.addLadderBuilder().setDims(rung.width()).setKeep(rung.keep()));
    }
    return message.build();
  }
}
