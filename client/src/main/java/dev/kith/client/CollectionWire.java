package dev.kith.client;

import com.google.protobuf.Timestamp;
import dev.kith.proto.v1.AttachCollectionResponse;
import dev.kith.proto.v1.AutoIndex;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.ListSetting;
import dev.kith.proto.v1.ListStats;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.VectorSchema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Translates descriptions of collections.
final class CollectionWire {
  private CollectionWire() {}

  static CreateCollectionRequest create(CollectionSpec spec) {
    IndexPolicy.Builder index = index(spec.index());
    spec.defaultEf().ifPresent(index::setDefaultEf);
    spec.segmentPoints().ifPresent(index::setSegmentPoints);
    index.setDeferIndexing(spec.deferIndexing());
    VectorSchema.Builder vector =
        VectorSchema.newBuilder()
            .setDimension(spec.dimension())
            .setMetric(Wire.metric(spec.metric()));
    spec.codec().ifPresent(codec -> vector.setCodec(codec(codec)));
    spec.codecBits().ifPresent(vector::setCodecBits);
    dev.kith.proto.v1.Prefixes prefixes = prefixes(spec.prefixes());
    vector.addAllPrefixes(prefixes.getWidthsList()).setBasis(prefixes.getBasis());
    return CreateCollectionRequest.newBuilder()
        .setName(spec.name())
        .setVector(vector)
        .setIndex(index)
        .build();
  }

  static UpdateCollectionRequest update(String name, CollectionUpdate update) {
    UpdateCollectionRequest.Builder request = UpdateCollectionRequest.newBuilder().setName(name);
    update.defaultEf().ifPresent(request::setDefaultEf);
    update.segmentPoints().ifPresent(request::setSegmentPoints);
    update.deferIndexing().ifPresent(request::setDeferIndexing);
    update.index().ifPresent(index -> request.setIndex(index(index)));
    update.codec().ifPresent(codec -> request.setCodec(codec(codec)));
    update.codecBits().ifPresent(request::setCodecBits);
    update.prefixes().ifPresent(prefixes -> request.setPrefixes(prefixes(prefixes)));
    return request.build();
  }

  private static IndexPolicy.Builder index(IndexSpec spec) {
    IndexPolicy.Builder index = IndexPolicy.newBuilder();
    switch (spec) {
      case IndexSpec.Flat _ -> index.setFlat(FlatIndex.getDefaultInstance());
      case IndexSpec.Hnsw hnsw -> {
        HnswIndex.Builder graph = HnswIndex.newBuilder();
        hnsw.m().ifPresent(graph::setM);
        hnsw.efConstruction().ifPresent(graph::setEfConstruction);
        hnsw.seed().ifPresent(graph::setSeed);
        hnsw.layout().ifPresent(layout -> graph.setLayout(layout(layout)));
        index.setHnsw(graph);
      }
      case IndexSpec.Ivf ivf -> {
        IvfIndex.Builder lists = IvfIndex.newBuilder();
        ivf.lists().ifPresent(lists::setLists);
        ivf.seed().ifPresent(lists::setSeed);
        lists.setSpill(ivf.spill());
        index.setIvf(lists);
      }
      case IndexSpec.Auto(OptionalInt memory) ->
          index.setAuto(AutoIndex.newBuilder().setMemoryBytesPerVector(memory.orElse(0)));
    }
    return index;
  }

  static CollectionInfo info(Collection collection) {
    IndexPolicy policy = collection.getIndex();
    CollectionSpec spec =
        new CollectionSpec(
            collection.getName(),
            collection.getVector().getDimension(),
            Wire.metric(collection.getVector().getMetric()),
            codec(collection.getVector().getCodec()),
            collection.getVector().hasCodecBits()
                ? OptionalInt.of(collection.getVector().getCodecBits())
                : OptionalInt.empty(),
            prefixes(collection.getVector().getBasis(), collection.getVector().getPrefixesList()),
            index(policy),
            policy.hasDefaultEf() ? OptionalInt.of(policy.getDefaultEf()) : OptionalInt.empty(),
            policy.hasSegmentPoints()
                ? OptionalInt.of(policy.getSegmentPoints())
                : OptionalInt.empty(),
            policy.getDeferIndexing());
    return new CollectionInfo(
        spec,
        instant(collection.getCreateTime()),
        collection.getPointCount(),
        collection.hasChoice() ? Optional.of(choice(collection.getChoice())) : Optional.empty());
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static IndexChoice choice(dev.kith.proto.v1.IndexChoice choice) {
    return new IndexChoice(
        index(choice.getIndex()),
        codec(choice.getCodec()).orElseThrow(),
        prefixes(choice.getPrefixes().getBasis(), choice.getPrefixes().getWidthsList()),
        choice.getReason(),
        choice.getNextTrialPointCount(),
        choice.hasTrialTime() ? Optional.of(trial(choice)) : Optional.empty());
  }

  private static IndexChoice.Trial trial(dev.kith.proto.v1.IndexChoice choice) {
    return new IndexChoice.Trial(
        choice.getCandidatesList().stream()
            .map(
                candidate ->
                    new IndexChoice.Candidate(
                        index(candidate.getIndex()),
                        codec(candidate.getCodec()).orElseThrow(),
                        candidate.getQueriesPerSecond(),
                        candidate.getRecall(),
                        candidate.getBytesPerVector()))
            .toList(),
        choice.getPointCount(),
        choice.getSampledPointCount(),
        choice.getSeed(),
        choice.getLocalDimension(),
        instant(choice.getTrialTime()));
  }

  private static IndexSpec index(IndexPolicy policy) {
    return switch (policy.getKindCase()) {
      case FLAT -> IndexSpec.flat();
      case HNSW -> {
        HnswIndex graph = policy.getHnsw();
        yield new IndexSpec.Hnsw(
            graph.hasM() ? OptionalInt.of(graph.getM()) : OptionalInt.empty(),
            graph.hasEfConstruction()
                ? OptionalInt.of(graph.getEfConstruction())
                : OptionalInt.empty(),
            graph.hasSeed() ? OptionalLong.of(graph.getSeed()) : OptionalLong.empty(),
            layout(graph.getLayout()));
      }
      case IVF -> {
        IvfIndex lists = policy.getIvf();
        yield new IndexSpec.Ivf(
            lists.hasLists() ? OptionalInt.of(lists.getLists()) : OptionalInt.empty(),
            lists.hasSeed() ? OptionalLong.of(lists.getSeed()) : OptionalLong.empty(),
            lists.getSpill());
      }
      case AUTO -> {
        int memory = policy.getAuto().getMemoryBytesPerVector();
        yield new IndexSpec.Auto(memory == 0 ? OptionalInt.empty() : OptionalInt.of(memory));
      }
      case KIND_NOT_SET ->
          throw new IllegalStateException(
              "the server sent an index unknown here: " + policy.getKindCase());
    };
  }

  private static dev.kith.proto.v1.Codec codec(Codec codec) {
    return switch (codec) {
      case F32 -> dev.kith.proto.v1.Codec.CODEC_F32;
      case F16 -> dev.kith.proto.v1.Codec.CODEC_F16;
      case BF16 -> dev.kith.proto.v1.Codec.CODEC_BF16;
      case INT8 -> dev.kith.proto.v1.Codec.CODEC_INT8;
      case RABITQ -> dev.kith.proto.v1.Codec.CODEC_RABITQ;
      case PQ -> dev.kith.proto.v1.Codec.CODEC_PQ;
      case OPQ -> dev.kith.proto.v1.Codec.CODEC_OPQ;
    };
  }

  private static Optional<Codec> codec(dev.kith.proto.v1.Codec codec) {
    return switch (codec) {
      case CODEC_UNSPECIFIED -> Optional.empty();
      case CODEC_F32 -> Optional.of(Codec.F32);
      case CODEC_F16 -> Optional.of(Codec.F16);
      case CODEC_BF16 -> Optional.of(Codec.BF16);
      case CODEC_INT8 -> Optional.of(Codec.INT8);
      case CODEC_RABITQ -> Optional.of(Codec.RABITQ);
      case CODEC_PQ -> Optional.of(Codec.PQ);
      case CODEC_OPQ -> Optional.of(Codec.OPQ);
      case UNRECOGNIZED ->
          throw new IllegalStateException("the server sent a codec unknown here: " + codec);
    };
  }

  private static dev.kith.proto.v1.Prefixes prefixes(Prefixes prefixes) {
    dev.kith.proto.v1.Prefixes.Builder message =
        dev.kith.proto.v1.Prefixes.newBuilder().addAllWidths(prefixes.widths());
    prefixes.basis().ifPresent(basis -> message.setBasis(basis(basis)));
    return message.build();
  }

  private static dev.kith.proto.v1.Basis basis(Basis basis) {
    return switch (basis) {
      case AS_IS -> dev.kith.proto.v1.Basis.BASIS_AS_IS;
      case PCA -> dev.kith.proto.v1.Basis.BASIS_PCA;
    };
  }

  /// None from a server that does not know of prefixes yet.
  private static Prefixes prefixes(dev.kith.proto.v1.Basis basis, List<Integer> widths) {
    Optional<Basis> known =
        switch (basis) {
          case BASIS_UNSPECIFIED -> Optional.empty();
          case BASIS_AS_IS -> Optional.of(Basis.AS_IS);
          case BASIS_PCA -> Optional.of(Basis.PCA);
          case UNRECOGNIZED ->
              throw new IllegalStateException("the server sent a basis unknown here: " + basis);
        };
    return new Prefixes(known, widths);
  }

  private static dev.kith.proto.v1.GraphLayout layout(GraphLayout layout) {
    return switch (layout) {
      case COMPACT -> dev.kith.proto.v1.GraphLayout.GRAPH_LAYOUT_COMPACT;
      case FAST -> dev.kith.proto.v1.GraphLayout.GRAPH_LAYOUT_FAST;
    };
  }

  /// Empty from a server that does not know of layouts yet.
  private static Optional<GraphLayout> layout(dev.kith.proto.v1.GraphLayout layout) {
    return switch (layout) {
      case GRAPH_LAYOUT_UNSPECIFIED -> Optional.empty();
      case GRAPH_LAYOUT_COMPACT -> Optional.of(GraphLayout.COMPACT);
      case GRAPH_LAYOUT_FAST -> Optional.of(GraphLayout.FAST);
      case UNRECOGNIZED ->
          throw new IllegalStateException("the server sent a layout unknown here: " + layout);
    };
  }

  static CollectionStats stats(GetCollectionStatsResponse stats) {
    return new CollectionStats(
        stats.getPointCount(),
        stats.getUnlinkedPointCount(),
        stats.getDeadRowCount(),
        stats.getOutdatedPointCount(),
        stats.getLsn(),
        stats.getMemoryBytes(),
        stats.getSegmentsList().stream()
            .map(
                segment ->
                    new CollectionStats.Segment(
                        segment.getNumber(),
                        segment.getSealed(),
                        segment.getPointCount(),
                        segment.getDeadRowCount(),
                        segment.getUnlinkedPointCount(),
                        segment.getBytes(),
                        segment.hasRescoreFactor()
                            ? OptionalDouble.of(segment.getRescoreFactor())
                            : OptionalDouble.empty(),
                        segment.getCertified(),
                        segment.hasLists()
                            ? Optional.of(lists(segment.getLists()))
                            : Optional.empty(),
                        segment.getOutdated()))
            .toList());
  }

  private static CollectionStats.Lists lists(ListStats lists) {
    return new CollectionStats.Lists(
        lists.getCount(),
        lists.getLongest(),
        lists.getNprobe(),
        lists.getPatience(),
        lists.getDrift(),
        lists.getSettingsList().stream().map(CollectionWire::setting).toList());
  }

  private static CollectionStats.Setting setting(ListSetting setting) {
    return new CollectionStats.Setting(
        setting.getRecall(),
        setting.getNprobe(),
        setting.getPatience(),
        setting.getRescoreFactor(),
        setting.getCoarseDims(),
        setting.getLadderList().stream()
            .map(step -> new SearchOptions.Step(step.getDims(), step.getKeep()))
            .toList(),
        setting.getFullWidth(),
        setting.getMultiplyAdds());
  }

  static AttachProgress progress(AttachCollectionResponse progress) {
    AttachProgress.Phase phase =
        switch (progress.getPhase()) {
          case ATTACH_PHASE_COPYING -> AttachProgress.Phase.COPYING;
          case ATTACH_PHASE_STORING -> AttachProgress.Phase.STORING;
          case ATTACH_PHASE_FINISHED -> AttachProgress.Phase.FINISHED;
          case ATTACH_PHASE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalStateException(
                  "the server sent a phase unknown here: " + progress.getPhase());
        };
    return new AttachProgress(phase, progress.getCompleted(), progress.getTotal());
  }

  static OptimizeProgress progress(OptimizeCollectionResponse progress) {
    OptimizeProgress.Phase phase =
        switch (progress.getPhase()) {
          case OPTIMIZE_PHASE_LINKING -> OptimizeProgress.Phase.LINKING;
          case OPTIMIZE_PHASE_SEALING -> OptimizeProgress.Phase.SEALING;
          case OPTIMIZE_PHASE_MERGING -> OptimizeProgress.Phase.MERGING;
          case OPTIMIZE_PHASE_TRYING -> OptimizeProgress.Phase.TRYING;
          case OPTIMIZE_PHASE_MEASURING -> OptimizeProgress.Phase.MEASURING;
          case OPTIMIZE_PHASE_FINISHED -> OptimizeProgress.Phase.FINISHED;
          case OPTIMIZE_PHASE_CANCELLED -> OptimizeProgress.Phase.CANCELLED;
          case OPTIMIZE_PHASE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalStateException(
                  "the server sent a phase unknown here: " + progress.getPhase());
        };
    return new OptimizeProgress(
        phase,
        progress.getCompletedPoints(),
        progress.getTotalPoints(),
        progress.getPointsPerSecond(),
        progress.hasRemainingSeconds()
            ? OptionalDouble.of(progress.getRemainingSeconds())
            : OptionalDouble.empty());
  }

  static OptimizeReport report(dev.kith.proto.v1.OptimizeReport report) {
    return new OptimizeReport(
        report.getLinkedPoints(),
        report.getSeconds(),
        report.getPointsPerSecond(),
        report.getPeakResidentBytes(),
        report.hasRecall()
            ? Optional.of(
                new OptimizeReport.Recall(
                    report.getRecall(), report.getRecallQueries(), report.getRecallEf()))
            : Optional.empty());
  }
}
