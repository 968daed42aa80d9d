package dev.kith.server.rpc;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.trial.IndexTrial;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.server.collection.AutoIndex;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.IndexChoice;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Translates index policies, of a field `index` and a codec beside it.
final class IndexMessages {
  private final Fields fields;
  private final CodecMessages codecs;
  private final CodecMessages.Paths paths;
  private final int dimension;
  private final long seed;

  /// @param fields takes what is wrong
  /// @param paths of the fields that the codec is in
  /// @param dimension of the vectors
  /// @param seed where the policy has none
  IndexMessages(Fields fields, CodecMessages.Paths paths, int dimension, long seed) {
    this.fields = fields;
    this.codecs = new CodecMessages(fields, paths, dimension);
    this.paths = paths;
    this.dimension = dimension;
    this.seed = seed;
  }

  /// Reads a policy, with defaults for what is not set. No good if something is wrong with it.
  ///
  /// @param asked of the codec
  IndexSpec read(IndexPolicy policy, CodecMessages.Asked asked) {
    return switch (policy.getKindCase()) {
      case FLAT -> held(new IndexSpec.Flat(codecs.read(asked, false)), "");
      case IVF -> lists(policy.getIvf(), codecs.read(asked, true));
      case HNSW, KIND_NOT_SET -> graph(policy.getHnsw(), codecs.read(asked, false));
      case AUTO -> {
        codecs.refuse(asked);
        yield graph(HnswIndex.getDefaultInstance(), new Codec.F32()); // Until there is a trial.
      }
    };
  }

  /// Reads how an index is to be chosen; empty if it is said.
  Optional<AutoIndex> auto(IndexPolicy policy) {
    if (!policy.hasAuto()) {
      return Optional.empty();
    }
    int memory =
        fields.number(
            "index.auto.memory_bytes_per_vector",
            policy.getAuto().getMemoryBytesPerVector(),
            0,
            Integer.MAX_VALUE);
    return Optional.of(new AutoIndex(memory == 0 ? OptionalInt.empty() : OptionalInt.of(memory)));
  }

  private IndexSpec graph(HnswIndex hnsw, Codec codec) {
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
    Layout layout = layout(hnsw);
    if (codec.hasCodes() && layout != Layout.COMPACT) {
      boolean isOfPrefixes = codec instanceof Codec.Prefix;
      fields.wrong(
          isOfPrefixes ? paths.widths() : paths.codec(),
          "%s for GRAPH_LAYOUT_COMPACT, got %s"
              .formatted(isOfPrefixes ? "are" : CodecMessages.write(codec) + " is", write(layout)));
    }
    HnswParams params = new HnswParams(m, efConstruction, hnsw.hasSeed() ? hnsw.getSeed() : seed);
    return layout == Layout.COMPACT
        ? held(new IndexSpec.Hnsw(params, layout, codec), "")
        : new IndexSpec.Hnsw(params, layout); // With codes it would not even be a definition.
  }

  private Layout layout(HnswIndex hnsw) {
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

  private IndexSpec lists(IvfIndex ivf, Codec codec) {
    int lists =
        ivf.hasLists()
            ? fields.number("index.ivf.lists", ivf.getLists(), 1, IvfParams.MAX_LISTS)
            : 0;
    IvfParams params = new IvfParams(lists, ivf.hasSeed() ? ivf.getSeed() : seed, ivf.getSpill());
    return held(new IndexSpec.Ivf(params, codec), " of inverted lists");
  }

  /// An index whose codec is for the dimension, or else a wrong one.
  ///
  /// @param what has the codec, to be said behind its name
  private IndexSpec held(IndexSpec index, String what) {
    Codec codec = index.codec();
    if (dimension > index.maxDimension()) {
      fields.wrong(
          paths.codec(),
          "%s%s is for at most %d dimensions%s, got %d"
              .formatted(
                  CodecMessages.write(codec),
                  what,
                  index.maxDimension(),
                  codec.bits() > 0 ? " with %d bits".formatted(codec.bits()) : "",
                  dimension));
    }
    return index;
  }

  /// The seed of an index; empty if it draws nothing.
  static OptionalLong seed(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat _ -> OptionalLong.empty();
      case IndexSpec.Hnsw(HnswParams params, _, _) -> OptionalLong.of(params.seed());
      case IndexSpec.Ivf(IvfParams params, _) -> OptionalLong.of(params.seed());
    };
  }

  /// Writes the kind of an index with its parameters.
  static IndexPolicy.Builder write(IndexSpec index) {
    IndexPolicy.Builder policy = IndexPolicy.newBuilder();
    return switch (index) {
      case IndexSpec.Flat _ -> policy.setFlat(FlatIndex.getDefaultInstance());
      case IndexSpec.Hnsw(HnswParams params, Layout layout, _) ->
          policy.setHnsw(
              HnswIndex.newBuilder()
                  .setM(params.m())
                  .setEfConstruction(params.efConstruction())
                  .setSeed(params.seed())
                  .setLayout(write(layout)));
      case IndexSpec.Ivf(IvfParams params, _) -> {
        IvfIndex.Builder ivf =
            IvfIndex.newBuilder().setSeed(params.seed()).setSpill(params.spill());
        if (params.lists() > 0) {
          ivf.setLists(params.lists());
        }
        yield policy.setIvf(ivf);
      }
    };
  }

  /// Writes that an index is chosen.
  static IndexPolicy.Builder write(AutoIndex asked) {
    return IndexPolicy.newBuilder()
        .setAuto(
            dev.kith.proto.v1.AutoIndex.newBuilder()
                .setMemoryBytesPerVector(asked.memory().orElse(0)));
  }

  /// Writes what has come of that.
  ///
  /// @param choice empty before the first trial
  static dev.kith.proto.v1.IndexChoice write(CollectionSpec spec, Optional<IndexChoice> choice) {
    IndexSpec inForce = spec.index();
    long tried = choice.map(last -> last.verdict().rows()).orElse(0L);
    dev.kith.proto.v1.IndexChoice.Builder message =
        dev.kith.proto.v1.IndexChoice.newBuilder()
            .setIndex(write(inForce))
            .setCodec(CodecMessages.write(inForce.codec()))
            .setNextTrialPointCount(AutoIndex.nextTrialPoints(tried));
    if (inForce.codec() instanceof Codec.Prefix) {
      message.setPrefixes(CodecMessages.prefixes(inForce.codec(), spec.space()));
    }
    if (choice.isEmpty()) {
      return message
          .setReason(
              String.format(
                  Locale.ROOT,
                  "The first trial waits for %,d points, or for an optimization with %,d or more.",
                  AutoIndex.FIRST_TRIAL_POINTS,
                  AutoIndex.LEAST_POINTS))
          .build();
    }
    IndexTrial.Verdict verdict = choice.get().verdict();
    for (IndexTrial.Candidate candidate : verdict.candidates()) {
      message
          .addCandidatesBuilder()
          .setIndex(write(candidate.index()))
          .setCodec(CodecMessages.write(candidate.index().codec()))
          .setQueriesPerSecond(candidate.queriesPerSecond())
          .setRecall(candidate.recall())
          .setBytesPerVector(candidate.bytes());
    }
    return message
        .setReason(verdict.reason())
        .setPointCount(verdict.rows())
        .setSampledPointCount(verdict.sampled())
        .setSeed(choice.get().seed())
        .setLocalDimension(verdict.localDimension())
        .setTrialTime(CollectionMessages.write(choice.get().decided()))
        .build();
  }

  private static GraphLayout write(Layout layout) {
    return switch (layout) {
      case COMPACT -> GraphLayout.GRAPH_LAYOUT_COMPACT;
      case FAST -> GraphLayout.GRAPH_LAYOUT_FAST;
    };
  }
}
