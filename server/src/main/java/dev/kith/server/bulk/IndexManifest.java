package dev.kith.server.bulk;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What an index folder says of itself, in its file `manifest.json`:
///
/// ```json
/// {
///   "crc32c": "0123abcd",
///   "manifest": {
///     "format": "kith-index", "version": 1,
///     "dimension": 384, "metric": "cosine",
///     "index": {"kind": "hnsw", "m": 16, "ef_construction": 200, "seed": "1", "layout": "compact"},
///     "segment_points": 1000000, "points": 117791,
///     "points_file": {"bytes": 182000000, "crc32c": "89abcdef"},
///     "segments": [{"rows": 117791, "bytes": 197000000, "crc32c": "01234567"}]
///   }
/// }
/// ```
///
/// The outer `crc32c` is the CRC-32C of `manifest`, written without spaces in the order above; the
/// others are of the files whole. Files have fixed names, so a manifest cannot point anywhere: see
/// [IndexFolder]. All fields are required and no others are allowed, but for `"codec"` (`f16`,
/// `bf16`, `int8` or `rabitq`) behind the layout of an index that is walked on codes, and
/// `"codec_bits"` behind a codec of which bits were asked for, and behind both, if codes are of
/// prefixes, `"prefixes": {"basis": "pca", "widths": [16, 64]}`; `index` without a graph is
/// `{"kind": "flat"}`, with a codec if codes are scanned. The seed is text, because not every
/// reader of JSON keeps 64 bits.
///
/// @param space shape of the vectors
/// @param index how the segments are indexed
/// @param segmentPoints rows at which a segment was sealed, in `[1, 100_000_000]`
/// @param points rows in all segments together, at least 1
/// @param pointsFile the file of ids and vectors
/// @param segments the segments in the order of their rows, at least one
public record IndexManifest(
    VectorSpace space,
    IndexSpec index,
    int segmentPoints,
    long points,
    StoredFile pointsFile,
    List<Segment> segments) {

  /// Most segments of one folder.
  public static final int MAX_SEGMENTS = 10_000;

  /// Longest manifest read, in bytes.
  static final int MAX_BYTES = 4 << 20;

  private static final String FORMAT = "kith-index";
  private static final int VERSION = 1;

  /// Most rows at which a segment is sealed.
  static final int MAX_SEGMENT_POINTS = 100_000_000;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /// A file as it was written.
  ///
  /// @param bytes its length
  /// @param crc32c CRC-32C of all of it
  public record StoredFile(long bytes, int crc32c) {
    public StoredFile {
      Require.inRange("bytes", bytes, 1, Long.MAX_VALUE);
    }
  }

  /// A sealed segment.
  ///
  /// @param rows rows in it
  /// @param file its file
  public record Segment(int rows, StoredFile file) {
    public Segment {
      Require.inRange("rows", rows, 1, GrowingSegment.MAX_CAPACITY);
    }
  }

  public IndexManifest {
    segments = List.copyOf(segments);
    Require.inRange("segments", segments.size(), 1, MAX_SEGMENTS);
    Require.inRange("segment_points", segmentPoints, 1, MAX_SEGMENT_POINTS);
    index.requireHolds(space);
    long rows = segments.stream().mapToLong(Segment::rows).sum();
    if (points != rows) {
      throw new IllegalArgumentException(
          "points must be the rows of all segments, %d, got %d".formatted(rows, points));
    }
  }

  /// Writes it.
  byte[] encode() {
    ObjectNode manifest = JSON.createObjectNode();
    manifest
        .put("format", FORMAT)
        .put("version", VERSION)
        .put("dimension", space.dimension())
        .put("metric", word(space.metric()));
    ObjectNode kind = manifest.putObject("index");
    switch (index) {
      case IndexSpec.Flat(Codec codec) -> {
        kind.put("kind", "flat");
        put(kind, codec);
      }
      case IndexSpec.Hnsw(HnswParams params, Layout layout, Codec codec) -> {
        kind.put("kind", "hnsw")
            .put("m", params.m())
            .put("ef_construction", params.efConstruction())
            .put("seed", Long.toString(params.seed()))
            .put("layout", word(layout));
        put(kind, codec);
      }
      case IndexSpec.Ivf(IvfParams params, Codec codec) -> {
        kind.put("kind", "ivf")
            .put("lists", params.lists())
            .put("seed", Long.toString(params.seed()))
            .put("codec", codec.name());
        if (params.spill()) { // Not spoken of otherwise, as before rows could be.
          kind.put("spill", true);
        }
        put(kind, codec);
      }
    }
    manifest.put("segment_points", segmentPoints).put("points", points);
    put(manifest.putObject("points_file"), pointsFile);
    ArrayNode array = manifest.putArray("segments");
    segments.forEach(segment -> put(array.addObject().put("rows", segment.rows()), segment.file()));
    ObjectNode whole = JSON.createObjectNode();
    whole.put("crc32c", checksum(manifest)).set("manifest", manifest);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(whole);
  }

  /// Floats are not spoken of, as before there were codecs.
  private static void put(ObjectNode index, Codec codec) {
    if (codec.hasCodes()) {
      index.put("codec", codec.name());
    }
    if (codec.bits() > 0) {
      index.put("codec_bits", codec.bits());
    }
    if (codec instanceof Codec.Prefix(Basis basis, List<Integer> widths, _)) {
      ObjectNode prefixes = index.putObject("prefixes").put("basis", word(basis));
      widths.forEach(prefixes.putArray("widths")::add);
    }
  }

  private static void put(ObjectNode node, StoredFile file) {
    node.put("bytes", file.bytes()).put("crc32c", hex(file.crc32c()));
  }

  private static String checksum(JsonNode manifest) {
    CRC32C crc = new CRC32C();
    crc.update(JSON.writeValueAsBytes(manifest));
    return hex((int) crc.getValue());
  }

  private static String hex(int crc32c) {
    return HexFormat.of().toHexDigits(crc32c);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /// Reads one.
  ///
  /// @throws IllegalArgumentException if it is damaged, of another version, or says what cannot be
  static IndexManifest decode(byte[] bytes) {
    try {
      return decode(JSON.readTree(bytes));
    } catch (JacksonException malformed) {
      throw new IllegalArgumentException(
          "expected JSON, got " + malformed.getOriginalMessage(), malformed);
    }
  }

  private static IndexManifest decode(JsonNode whole) {
    requireFields(whole, "the file", Set.of("crc32c", "manifest"));
    JsonNode manifest = whole.get("manifest");
    requireVersion(manifest);
    String expected = checksum(manifest);
    String found = text(whole, "crc32c");
    if (!expected.equals(found)) {
      throw new IllegalArgumentException(
          "expected a crc32c of %s for what it says, got %s".formatted(expected, found));
    }
    requireFields(
        manifest,
        "manifest",
        Set.of(
            "format",
            "version",
            "dimension",
            "metric",
            "index",
            "segment_points",
            "points",
            "points_file",
            "segments"));
    VectorSpace space =
        new VectorSpace(
            Math.toIntExact(number(manifest, "dimension", VectorSpace.MAX_DIMENSION)),
            choice(Metric.class, text(manifest, "metric")));
    List<Segment> segments = new ArrayList<>();
    JsonNode array = manifest.get("segments");
    if (!array.isArray() || array.size() > MAX_SEGMENTS) {
      throw new IllegalArgumentException(
          "segments must be an array of at most %d".formatted(MAX_SEGMENTS));
    }
    for (JsonNode segment : array) {
      requireFields(segment, "a segment", Set.of("rows", "bytes", "crc32c"));
      int rows = Math.toIntExact(number(segment, "rows", GrowingSegment.MAX_CAPACITY));
      segments.add(new Segment(rows, file(segment)));
    }
    JsonNode pointsFile = manifest.get("points_file");
    requireFields(pointsFile, "points_file", Set.of("bytes", "crc32c"));
    return new IndexManifest(
        space,
        index(manifest.get("index")),
        Math.toIntExact(number(manifest, "segment_points", MAX_SEGMENT_POINTS)),
        number(manifest, "points", Long.MAX_VALUE),
        file(pointsFile),
        segments);
  }

  /// Before the checksum, because a later version may be written otherwise.
  private static void requireVersion(JsonNode manifest) {
    String format = manifest.isObject() ? manifest.path("format").asString("nothing") : "nothing";
    int version = manifest.path("version").asInt(0);
    if (!format.equals(FORMAT) || version != VERSION) {
      throw new IllegalArgumentException(
          "expected format %s version %d, got %s version %d"
              .formatted(FORMAT, VERSION, format, version));
    }
  }

  private static IndexSpec index(JsonNode node) {
    String kind = node.path("kind").asString("nothing");
    return switch (kind) {
      case "flat" -> {
        requireIndexFields(node, Set.of("kind"));
        yield new IndexSpec.Flat(codec(node));
      }
      case "hnsw" -> {
        requireIndexFields(node, Set.of("kind", "m", "ef_construction", "seed", "layout"));
        yield new IndexSpec.Hnsw(
            new HnswParams(
                Math.toIntExact(number(node, "m", Integer.MAX_VALUE)),
                Math.toIntExact(number(node, "ef_construction", Integer.MAX_VALUE)),
                Long.parseLong(text(node, "seed"))),
            choice(Layout.class, text(node, "layout")),
            codec(node));
      }
      case "ivf" -> {
        boolean spill = node.has("spill");
        requireIndexFields(
            node,
            spill
                ? Set.of("kind", "lists", "seed", "codec", "spill")
                : Set.of("kind", "lists", "seed", "codec"));
        if (spill && !node.get("spill").equals(JSON.getNodeFactory().booleanNode(true))) {
          throw new IllegalArgumentException("spill must be true, got " + node.get("spill"));
        }
        yield new IndexSpec.Ivf(
            new IvfParams(
                Math.toIntExact(number(node, "lists", Integer.MAX_VALUE)),
                Long.parseLong(text(node, "seed")),
                spill),
            codec(node));
      }
      default ->
          throw new IllegalArgumentException("kind must be flat, hnsw or ivf, got '" + kind + "'");
    };
  }

  private static Codec codec(JsonNode index) {
    if (!index.has("codec")) {
      return new Codec.F32();
    }
    int bits =
        index.has("codec_bits")
            ? Require.inRange(
                "codec_bits", (int) number(index, "codec_bits", Codec.MAX_BITS), 1, Codec.MAX_BITS)
            : 0;
    Codec codec = Codec.named(text(index, "codec"), bits);
    return index.has("prefixes") ? prefixes(index.get("prefixes"), codec) : codec;
  }

  private static Codec.Prefix prefixes(JsonNode node, Codec of) {
    requireFields(node, "prefixes", Set.of("basis", "widths"));
    List<Integer> widths = new ArrayList<>();
    for (JsonNode width : node.get("widths")) {
      if (!width.isIntegralNumber() || !width.canConvertToInt()) {
        throw new IllegalArgumentException("widths must be numbers, got " + width);
      }
      widths.add(width.intValue());
    }
    return new Codec.Prefix(choice(Basis.class, text(node, "basis")), widths, of);
  }

  /// Those given, and a codec with its bits and prefixes.
  private static void requireIndexFields(JsonNode index, Set<String> fields) {
    Set<String> expected = new TreeSet<>(fields);
    if (index.has("codec")) {
      expected.add("codec");
      if (index.has("codec_bits")) {
        expected.add("codec_bits");
      }
      if (index.has("prefixes")) {
        expected.add("prefixes");
      }
    }
    requireFields(index, "index", expected);
  }

  private static StoredFile file(JsonNode node) {
    String crc = text(node, "crc32c");
    if (!crc.matches("[0-9a-f]{8}")) {
      throw new IllegalArgumentException("crc32c must be 8 hexadecimal digits, got " + crc);
    }
    return new StoredFile(number(node, "bytes", Long.MAX_VALUE), Integer.parseUnsignedInt(crc, 16));
  }

  private static void requireFields(JsonNode node, String what, Set<String> fields) {
    Set<String> found = node.isObject() ? new TreeSet<>(node.propertyNames()) : Set.of();
    if (!found.equals(fields)) {
      throw new IllegalArgumentException(
          "%s must have the fields %s, got %s".formatted(what, new TreeSet<>(fields), found));
    }
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (!value.isString()) {
      throw new IllegalArgumentException("%s must be a text, got %s".formatted(field, value));
    }
    return value.stringValue();
  }

  private static long number(JsonNode node, String field, long max) {
    JsonNode value = node.get(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException(
          "%s must be a whole number, got %s".formatted(field, value));
    }
    return Require.inRange(field, value.longValue(), 0, max);
  }

  private static <E extends Enum<E>> E choice(Class<E> type, String word) {
    for (E value : type.getEnumConstants()) {
      if (word(value).equals(word)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "%s must be one of %s, got '%s'"
            .formatted(
                word(type),
                List.of(type.getEnumConstants()).stream().map(IndexManifest::word).toList(),
                word));
  }

  private static String word(Class<?> type) {
    return type.getSimpleName().toLowerCase(Locale.ROOT);
  }
}
