package dev.kith.bench.run;

import dev.kith.index.Require;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What to build and how to search it.
///
/// @param index the index and its parameters
/// @param sweep widths to search with, one row each: beams of a graph, lists to read of an inverted
///   file; empty for an exact index
/// @param threads searching threads, in `[1, 1024]`
/// @param k hits of the timed searches, in `[1, 1000]`
/// @param repeats timed passes over the queries, in `[1, 100]`; the fastest counts
public record RunSettings(IndexSpec index, List<Integer> sweep, int threads, int k, int repeats) {

  private static final List<Integer> BEAMS = List.of(10, 20, 40, 80, 160, 320);
  private static final List<Integer> LISTS = List.of(4, 8, 16, 32, 64, 128);
  private static final int MAX_WIDTH = 10_000;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// @throws IllegalArgumentException if something is out of range
  public RunSettings {
    Require.inRange("threads", threads, 1, 1024);
    Require.inRange("k", k, 1, 1000);
    Require.inRange("repeats", repeats, 1, 100);
    sweep = List.copyOf(sweep);
    String swept = swept(index);
    for (int width : sweep) {
      Require.inRange(swept.isEmpty() ? "ef" : swept, width, 1, MAX_WIDTH);
    }
    if (swept.isEmpty() != sweep.isEmpty()) {
      throw new IllegalArgumentException(
          swept.isEmpty()
              ? "a flat index scans all rows and has nothing to sweep, got " + sweep
              : "sweep at least one " + swept);
    }
  }

  /// The setting of a search that is swept; empty if there is none.
  public static String swept(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat _ -> "";
      case IndexSpec.Hnsw _ -> "ef";
      case IndexSpec.Ivf _ -> "nprobe";
    };
  }

  /// Widths searched with when nobody says which.
  public static List<Integer> defaultSweep(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat _ -> List.of();
      case IndexSpec.Hnsw _ -> BEAMS;
      case IndexSpec.Ivf _ -> LISTS;
    };
  }

  /// How segments are searched with a width; of a scan, which has none, 0.
  Probe probe(int width) {
    return switch (index) {
      case IndexSpec.Flat(Codec codec) ->
          codec.hasCodes() ? new Probe.Codes(OptionalInt.empty()) : new Probe.Exact();
      case IndexSpec.Hnsw _ -> new Probe.Beam(width);
      case IndexSpec.Ivf _ -> new Probe.Lists(new Reach.Until(width), OptionalInt.empty());
    };
  }

  /// Reads the index from its name and parameters.
  ///
  /// @param name `hnsw`, `ivf` or `flat`
  /// @param params `m` and `ef_construction` of `hnsw`, `lists` of `ivf`
  /// @throws IllegalArgumentException if there is no such index or parameter
  public static IndexSpec index(String name, Map<String, Integer> params, long seed) {
    return switch (name) {
      case "flat" -> {
        requireKnown(name, params, List.of());
        yield new IndexSpec.Flat();
      }
      case "hnsw" -> {
        requireKnown(name, params, List.of("m", "ef_construction"));
        HnswParams defaults = HnswParams.defaults();
        yield new IndexSpec.Hnsw(
            new HnswParams(
                params.getOrDefault("m", defaults.m()),
                params.getOrDefault("ef_construction", defaults.efConstruction()),
                seed),
            Layout.COMPACT);
      }
      case "ivf" -> {
        requireKnown(name, params, List.of("lists"));
        yield new IndexSpec.Ivf(
            new IvfParams(params.getOrDefault("lists", 0), seed), new Codec.Rabitq(0));
      }
      default -> throw new IllegalArgumentException("index must be hnsw, ivf or flat, got " + name);
    };
  }

  /// The same index, its sealed segments laid out otherwise.
  ///
  /// @param name `compact` or `fast`
  /// @throws IllegalArgumentException if there is no such layout, or no graph to lay out
  public static IndexSpec laidOut(IndexSpec index, String name) {
    Layout layout =
        switch (name) {
          case "compact" -> Layout.COMPACT;
          case "fast" -> Layout.FAST;
          default ->
              throw new IllegalArgumentException("layout must be compact or fast, got " + name);
        };
    return switch (index) {
      case IndexSpec.Flat _ ->
          throw new IllegalArgumentException(
              "index flat has no graph to lay out, got layout " + name);
      case IndexSpec.Ivf _ ->
          throw new IllegalArgumentException(
              "index ivf has no graph to lay out, got layout " + name);
      case IndexSpec.Hnsw(HnswParams params, Layout _, Codec codec) ->
          new IndexSpec.Hnsw(params, layout, codec);
    };
  }

  /// The same index, its sealed segments searched on codes.
  ///
  /// @param name `f32`, `f16`, `bf16`, `int8`, `rabitq`, `pq` or `opq`; null for what it has
  /// @param bits of `rabitq`, in `[1, 8]`, or of `pq` and `opq`, 4 or 8; null for as many as suit
  /// @throws IllegalArgumentException if there is no such codec, or the index cannot have it
  public static IndexSpec coded(IndexSpec index, @Nullable String name, @Nullable Integer bits) {
    if (name == null) {
      if (bits != null) {
        throw new IllegalArgumentException("bits are of a codec, got none and " + bits);
      }
      return index;
    }
    Codec codec =
        Codec.named(name, bits == null ? 0 : Require.inRange("bits", bits, 1, Codec.MAX_BITS));
    return coded(index, codec);
  }

  /// The same index with another codec.
  ///
  /// @throws IllegalArgumentException if the index cannot have it
  public static IndexSpec coded(IndexSpec index, Codec codec) {
    return switch (index) {
      case IndexSpec.Flat _ -> new IndexSpec.Flat(codec);
      case IndexSpec.Ivf(IvfParams params, _) -> new IndexSpec.Ivf(params, codec);
      case IndexSpec.Hnsw(HnswParams params, Layout layout, _) ->
          new IndexSpec.Hnsw(params, layout, codec);
    };
  }

  private static void requireKnown(String index, Map<String, Integer> params, List<String> known) {
    for (String param : params.keySet()) {
      if (!known.contains(param)) {
        throw new IllegalArgumentException(
            "index %s has no parameter %s; it has %s"
                .formatted(index, param, known.isEmpty() ? "none" : known));
      }
    }
  }

  /// Name of the index.
  String indexName() {
    return switch (index) {
      case IndexSpec.Flat _ -> "flat";
      case IndexSpec.Hnsw _ -> "hnsw";
      case IndexSpec.Ivf _ -> "ivf";
    };
  }

  /// Parameters of the index as they are reported.
  SequencedMap<String, JsonNode> params() {
    SequencedMap<String, JsonNode> params = new LinkedHashMap<>();
    if (index instanceof IndexSpec.Hnsw(HnswParams hnsw, Layout layout, Codec codec)) {
      params.put("m", NODES.numberNode(hnsw.m()));
      params.put("ef_construction", NODES.numberNode(hnsw.efConstruction()));
      params.put("seed", NODES.numberNode(hnsw.seed()));
      params.put("layout", NODES.stringNode(layout.name().toLowerCase(Locale.ROOT)));
      putCodec(codec, params);
    }
    if (index instanceof IndexSpec.Flat(Codec codec)) {
      putCodec(codec, params);
    }
    if (index instanceof IndexSpec.Ivf(IvfParams ivf, Codec codec)) {
      params.put("lists", NODES.numberNode(ivf.lists()));
      params.put("seed", NODES.numberNode(ivf.seed()));
      params.put("codec", NODES.stringNode(codec.name()));
      putCodec(codec, params);
    }
    return params;
  }

  /// Floats are not spoken of.
  private static void putCodec(Codec codec, SequencedMap<String, JsonNode> params) {
    if (codec.hasCodes()) {
      params.put("codec", NODES.stringNode(codec.name()));
    }
    if (codec.bits() > 0) {
      params.put("codec_bits", NODES.numberNode(codec.bits()));
    }
    if (codec instanceof Codec.Prefix(Basis basis, List<Integer> widths, _)) {
      String listed = widths.stream().map(String::valueOf).collect(Collectors.joining(","));
      params.put("prefixes", NODES.stringNode(widths.isEmpty() ? "auto" : listed));
      params.put(
          "basis", NODES.stringNode(basis.name().toLowerCase(Locale.ROOT).replace('_', '-')));
    }
  }
}
