package dev.kith.server.rpc;

import com.google.protobuf.Timestamp;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.VectorSchema;
import dev.kith.server.collection.CollectionInfo;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.CollectionStats;
import dev.kith.server.collection.SegmentStats;
import dev.kith.server.config.Limits;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// Translates the definitions of collections between the wire and the server.
final class CollectionMessages {
  static final int MIN_SEGMENT_POINTS = 1_000;

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
    Fields.notYet(schema.getPrefixesCount() > 0, "vector.prefixes");
    Codec asked = codec(schema, policy);
    Fields fields = new Fields();
    String name = fields.name("name", request.getName());
    int dimension = fields.number("vector.dimension", schema.getDimension(), 1, limits.dimension());
    Metric metric = metric(fields, schema.getMetric(), schema.getMetricValue());
    IndexSpec index = index(fields, policy, name, dimension, asked);
    VectorSpace space = new VectorSpace(dimension, metric);
    int defaultEf =
        policy.hasDefaultEf()
            ? fields.number("index.default_ef", policy.getDefaultEf(), 1, CollectionSpec.MAX_EF)
            : CollectionSpec.DEFAULT_EF;
    int segmentPoints =
        policy.hasSegmentPoints()
            ? fields.number(
                "index.segment_points",
                policy.getSegmentPoints(),
                MIN_SEGMENT_POINTS,
                CollectionSpec.MAX_SEGMENT_POINTS)
            : CollectionSpec.defaultSegmentPoints(space);
    fields.refuseIfWrong();
    return new CollectionSpec(
        name, space, index, defaultEf, segmentPoints, policy.getDeferIndexing());
  }

  private static Codec codec(VectorSchema schema, IndexPolicy policy) {
    return switch (schema.getCodec()) {
      case CODEC_UNSPECIFIED -> {
        if (!policy.hasIvf()) {
          yield new Codec.F32();
        }
        yield schema.getDimension() <= Layout.MAX_FAST_DIMENSION
            ? new Codec.Rabitq(0)
            : new Codec.Int8();
      }
      case CODEC_F32 -> new Codec.F32();
      case CODEC_F16 -> new Codec.F16();
      case CODEC_BF16 -> new Codec.Bf16();
      case CODEC_INT8 -> new Codec.Int8();
      case CODEC_RABITQ -> new Codec.Rabitq(0);
      case CODEC_PQ -> new Codec.Pq();
      case UNRECOGNIZED -> throw Fields.unsupported("vector.codec", schema.getCodecValue());
    };
  }

  private static dev.kith.proto.v1.Codec write(Codec codec) {
    return switch (codec) {
      case Codec.F32() -> dev.kith.proto.v1.Codec.CODEC_F32;
      case Codec.F16() -> dev.kith.proto.v1.Codec.CODEC_F16;
      case Codec.Bf16() -> dev.kith.proto.v1.Codec.CODEC_BF16;
      case Codec.Int8() -> dev.kith.proto.v1.Codec.CODEC_INT8;
      case Codec.Rabitq _ -> dev.kith.proto.v1.Codec.CODEC_RABITQ;
      case Codec.Pq() -> dev.kith.proto.v1.Codec.CODEC_PQ;
    };
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

  private static IndexSpec index(
      Fields fields, IndexPolicy policy, String name, int dimension, Codec codec) {
    if (policy.hasFlat()) {
      if (codec.hasCodes()) {
        fields.wrong(
            "vector.codec",
            "%s is for HNSW and inverted lists, got a flat index, which scans the vectors themselves"
                .formatted(write(codec)));
      }
      return new IndexSpec.Flat();
    }
    if (policy.hasIvf()) {
      return lists(fields, policy.getIvf(), name, dimension, codec);
    }
    HnswIndex hnsw = policy.getHnsw();
    int m =
        hnsw.hasM()
            ? fields.number("index.hnsw.m", hnsw.getM(), HnswParams.MIN_M, HnswParams.MAX_M)
            : HnswParams.DEFAULT_M;
    int efConstruction =
        hnsw.hasEfConstruction()
            ? fields.number(
                "index.hnsw.ef_construction",
                hnsw.getEfConstruction(),
                m,
                HnswParams.MAX_EF_CONSTRUCTION)
            : Math.max(m, HnswParams.DEFAULT_EF_CONSTRUCTION);
    long seed = hnsw.hasSeed() ? hnsw.getSeed() : name.hashCode() * SEED;
    Layout layout = layout(fields, hnsw, dimension);
    if (codec.hasCodes() && layout != Layout.COMPACT) {
      fields.wrong(
          "vector.codec",
          "%s is for GRAPH_LAYOUT_COMPACT, got %s".formatted(write(codec), write(layout)));
    }
    if (codec instanceof Codec.Pq) {
      fields.wrong("vector.codec", "CODEC_PQ is for inverted lists, got an HNSW index");
    }
    // Of another layout it would not even be a definition.
    Codec walked =
        layout == Layout.COMPACT && !(codec instanceof Codec.Pq) ? codec : new Codec.F32();
    return new IndexSpec.Hnsw(new HnswParams(m, efConstruction, seed), layout, walked);
  }

  private static IndexSpec lists(
      Fields fields, IvfIndex ivf, String name, int dimension, Codec codec) {
    int lists =
        ivf.hasLists()
            ? fields.number("index.ivf.lists", ivf.getLists(), 1, IvfParams.MAX_LISTS)
            : 0;
    long seed = ivf.hasSeed() ? ivf.getSeed() : name.hashCode() * SEED;
    if (codec instanceof Codec.Rabitq && dimension > Layout.MAX_FAST_DIMENSION) {
      fields.wrong(
          "vector.codec",
          "CODEC_RABITQ of inverted lists is for at most %d dimensions, got %d"
              .formatted(Layout.MAX_FAST_DIMENSION, dimension));
    }
    return new IndexSpec.Ivf(new IvfParams(lists, seed), codec);
  }

  private static Layout layout(Fields fields, HnswIndex hnsw, int dimension) {
    return switch (hnsw.getLayout()) {
      case GRAPH_LAYOUT_UNSPECIFIED, GRAPH_LAYOUT_COMPACT -> Layout.COMPACT;
      case GRAPH_LAYOUT_FAST -> {
        if (dimension > Layout.MAX_FAST_DIMENSION) {
          fields.wrong(
              "index.hnsw.layout",
              "GRAPH_LAYOUT_FAST is for at most %d dimensions, got %d"
                  .formatted(Layout.MAX_FAST_DIMENSION, dimension));
        }
        yield Layout.FAST;
      }
      case UNRECOGNIZED -> throw Fields.unsupported("index.hnsw.layout", hnsw.getLayoutValue());
    };
  }

  private static GraphLayout write(Layout layout) {
    return switch (layout) {
      case COMPACT -> GraphLayout.GRAPH_LAYOUT_COMPACT;
      case FAST -> GraphLayout.GRAPH_LAYOUT_FAST;
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
    Instant created = info.created();
    IndexPolicy.Builder policy =
        IndexPolicy.newBuilder()
            .setDefaultEf(spec.defaultEf())
            .setSegmentPoints(spec.segmentPoints())
            .setDeferIndexing(spec.indexingDeferred());
    Codec codec =
        switch (spec.index()) {
          case IndexSpec.Flat() -> {
            policy.setFlat(FlatIndex.getDefaultInstance());
            yield new Codec.F32();
          }
          case IndexSpec.Hnsw(HnswParams params, Layout layout, Codec walked) -> {
            policy.setHnsw(
                HnswIndex.newBuilder()
                    .setM(params.m())
                    .setEfConstruction(params.efConstruction())
                    .setSeed(params.seed())
                    .setLayout(write(layout)));
            yield walked;
          }
          case IndexSpec.Ivf(IvfParams params, Codec read) -> {
            IvfIndex.Builder ivf = IvfIndex.newBuilder().setSeed(params.seed());
            if (params.lists() > 0) {
              ivf.setLists(params.lists());
            }
            policy.setIvf(ivf);
            yield read;
          }
        };
    return Collection.newBuilder()
        .setName(spec.name())
        .setVector(
            VectorSchema.newBuilder()
                .setDimension(spec.space().dimension())
                .setMetric(write(spec.space().metric()))
                .setCodec(write(codec)))
        .setIndex(policy)
        .setCreateTime(
            Timestamp.newBuilder().setSeconds(created.getEpochSecond()).setNanos(created.getNano()))
        .setPointCount(info.points())
        .build();
  }

  static GetCollectionStatsResponse write(CollectionStats stats) {
    GetCollectionStatsResponse.Builder message =
        GetCollectionStatsResponse.newBuilder()
            .setPointCount(stats.points())
            .setUnlinkedPointCount(stats.unlinked())
            .setDeadRowCount(stats.deadRows())
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
              .setLsn(segment.lsn());
      segment.rescoreFactor().ifPresent(factor -> one.setRescoreFactor((float) factor));
      segment
          .lists()
          .ifPresent(
              lists ->
                  one.getListsBuilder()
                      .setCount(lists.count())
                      .setLongest(lists.longest())
                      .setNprobe(lists.nprobe())
                      .setDrift(lists.drift()));
    }
    return message.build();
  }
}
