package dev.kith.client.cli;

import dev.kith.client.Basis;
import dev.kith.client.Codec;
import dev.kith.client.GraphLayout;
import dev.kith.client.IndexSpec;
import dev.kith.client.Prefixes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The options that say how the points of a collection are indexed.
final class IndexOptions {
  @Option(
      names = "--codec",
      paramLabel = "CODEC",
      description = {
        "Not of the layout fast: codes on which sealed segments are searched before the vectors",
        "decide: f16, bf16, int8, rabitq, pq or opq, of 2, 2, 1, 1/8, 1/4 and 1/4 bytes a coordinate;",
        "f32 has none. Default f32, of IVF rabitq (int8 beyond 4096 dimensions). With codes, memory",
        "need not hold the vectors, and flat is no longer exact."
      })
  private @Nullable Codec codec;

  @Option(
      names = "--codec-bits",
      paramLabel = "BITS",
      description = {
        "Codec rabitq: bits a coordinate, 1 to 8 (default as many as suit the index); pq and opq:",
        "bits a word, 4 or 8 (default 8, of IVF 4)."
      })
  private @Nullable Integer codecBits;

  @Option(
      names = "--prefixes",
      paramLabel = "WIDTHS",
      description = {
        "Not of the layout fast: coordinates of the prefixes of vectors that sealed segments are",
        "searched on before the vectors decide, up to 12, as 32,64,128; below the dimension, with",
        "--basis pca up to 1024, with a codec one, which it codes; none for none. By default none,",
        "with --basis powers of two from 32 (16 below 128 dimensions) up to a third of the dimension.",
        "IVF then has the codec f32 by default."
      })
  private @Nullable String prefixes;

  @Option(
      names = "--basis",
      paramLabel = "BASIS",
      converter = BasisName.class,
      description = {
        "What a prefix is made of: as-is, the first coordinates, of Matryoshka embeddings; or pca,",
        "coordinates along axes learnt from each segment, of any other with up to 4096 dimensions",
        "(default as-is, where there are --prefixes)."
      })
  private @Nullable Basis basis;

  @Option(
      names = "--index",
      description = {
        "hnsw, a graph; ivf, inverted lists, which are built in a fraction of the time and smaller;",
        "flat, a scan; or auto, whichever does best in trials on the collection's own points (a new",
        "collection has hnsw by default)."
      })
  private @Nullable Kind kind;

  @Option(names = "--m", description = "HNSW: links per point, 2 to 512 (default 16).")
  private @Nullable Integer m;

  @Option(
      names = "--ef-construction",
      description = "HNSW: candidates when linking, up to 10000 (default 200).")
  private @Nullable Integer efConstruction;

  @Option(
      names = "--lists",
      description = {
        "IVF: lists of a segment, 1 to 65536 (default twice the root of its number of points)."
      })
  private @Nullable Integer lists;

  @Option(
      names = "--spill",
      description = {
        "IVF: every point is in a second list besides its own. Searches of most embeddings read a",
        "fifth to a half less, and codes take twice the memory."
      })
  private boolean spill;

  @Option(names = "--seed", description = "HNSW and IVF: seed of the draws.")
  private @Nullable Long seed;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      description = {
        "HNSW: how sealed segments lie in memory, compact or fast (default compact). Fast, for",
        "up to 4096 dimensions, is about two to three times faster to search and at --m 16 takes",
        "two to three times the memory."
      })
  private @Nullable GraphLayout layout;

  @Option(
      names = "--memory-bytes-per-vector",
      paramLabel = "BYTES",
      description = {
        "Auto: bytes that a vector may take in memory, from 1 on (default as many as it takes)."
      })
  private @Nullable Integer memory;

  /// Reads a basis as answers spell it.
  static final class BasisName implements ITypeConverter<Basis> {
    @Override
    public Basis convert(String name) {
      return Stream.of(Basis.values())
          .filter(basis -> Json.name(basis).equalsIgnoreCase(name))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("must be as-is or pca, got '%s'".formatted(name)));
    }
  }

  /// The kinds of index.
  enum Kind {
    HNSW,
    IVF,
    FLAT,
    AUTO
  }

  /// The index that was asked for; empty if none was.
  ///
  /// @throws UsageException if options do not go together
  Optional<IndexSpec> index() {
    boolean ofGraphs = m != null || efConstruction != null || layout != null;
    boolean ofLists = lists != null || spill;
    if (kind == null && !ofGraphs && !ofLists && seed == null && memory == null) {
      return Optional.empty();
    }
    Kind asked = kind == null ? Kind.HNSW : kind;
    requireTogether(asked, ofGraphs, ofLists);
    OptionalLong drawn = seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    return Optional.of(
        switch (asked) {
          case FLAT -> IndexSpec.flat();
          case AUTO -> new IndexSpec.Auto(optional(memory));
          case IVF -> new IndexSpec.Ivf(optional(lists), drawn, spill);
          case HNSW ->
              new IndexSpec.Hnsw(
                  optional(m), optional(efConstruction), drawn, Optional.ofNullable(layout));
        });
  }

  private void requireTogether(Kind asked, boolean ofGraphs, boolean ofLists) {
    if (asked != Kind.HNSW && ofGraphs) {
      throw new UsageException("--m, --ef-construction and --layout are options of --index hnsw");
    }
    if (asked != Kind.IVF && ofLists) {
      throw new UsageException("--lists and --spill are options of --index ivf");
    }
    boolean isScanOrChosen = asked == Kind.FLAT || asked == Kind.AUTO;
    if (isScanOrChosen && seed != null) {
      throw new UsageException("--seed is an option of --index hnsw and ivf");
    }
    if (asked == Kind.AUTO && codec != null) {
      throw new UsageException("--codec is not for --index auto, which chooses it too");
    }
    if (asked == Kind.AUTO && (prefixes != null || basis != null)) {
      throw new UsageException("--prefixes and --basis are not for --index auto");
    }
    if (asked != Kind.AUTO && memory != null) {
      throw new UsageException("--memory-bytes-per-vector is an option of --index auto");
    }
    if (memory != null && memory < 1) {
      throw new UsageException("--memory-bytes-per-vector must be at least 1, got " + memory);
    }
  }

  /// The index that was asked for by its kind; empty if none was.
  ///
  /// @throws UsageException if options do not go together, or say how an index is built and not
  ///   which
  Optional<IndexSpec> named() {
    Optional<IndexSpec> index = index();
    if (index.isPresent() && kind == null) {
      throw new UsageException(
          "--m, --ef-construction, --layout, --lists, --spill, --seed and"
              + " --memory-bytes-per-vector need --index");
    }
    return index;
  }

  /// The codec that was asked for; empty if none was.
  Optional<Codec> codec() {
    return Optional.ofNullable(codec);
  }

  /// Bits of the codec; empty for as many as suit.
  OptionalInt codecBits() {
    return optional(codecBits);
  }

  /// The prefixes that were asked for; empty if nothing was said of them.
  ///
  /// @throws UsageException if their widths are no numbers
  Optional<Prefixes> prefixes() {
    if (prefixes == null) {
      return Optional.ofNullable(basis).map(Prefixes::of);
    }
    if (prefixes.equals("none")) {
      if (basis != null) {
        throw new UsageException("--basis is of prefixes, got it with --prefixes none");
      }
      return Optional.of(Prefixes.none());
    }
    return Optional.of(new Prefixes(Optional.ofNullable(basis), widths(prefixes)));
  }

  private static List<Integer> widths(String listed) {
    try {
      return Stream.of(listed.split(",", -1)).map(String::strip).map(Integer::valueOf).toList();
    } catch (NumberFormatException notNumbers) {
      throw new UsageException(
          "--prefixes must be widths such as 32,64,128, or none, got '%s'".formatted(listed));
    }
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
