package dev.kith.bench.tool;

import dev.kith.bench.run.RunSettings;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say how the rows are encoded that a search of a sealed segment reads.
final class CodecOptions {
  @Option(
      names = "--codec",
      paramLabel = "NAME",
      description = {
        "Codes on which all but the layout fast is searched before vectors decide: f16, bf16, int8,",
        "rabitq, pq, opq, or f32 for none (default: f32, of ivf without prefixes rabitq)."
      })
  private @Nullable String codec;

  @Option(
      names = "--codec-bits",
      paramLabel = "BITS",
      description = {
        "Of the codec rabitq: bits a coordinate, 1 to 8 (default: as many as suit); of pq and opq:",
        "bits a word, 4 or 8 (default 8, of ivf 4)."
      })
  private @Nullable Integer codecBits;

  @Option(
      names = "--prefixes",
      paramLabel = "WIDTHS",
      description = {
        "Coordinates of the prefixes on which all but the layout fast is searched before vectors",
        "decide, as 32,64,128; with a codec one, which it codes (default: none, with --basis powers",
        "of two from 32, or 16 below 128 dimensions, up to a third of the dimension)."
      })
  private @Nullable String prefixes;

  @Option(
      names = "--basis",
      paramLabel = "NAME",
      description = {
        "What prefixes are made of: as-is, the first coordinates (the default, where there are",
        "--prefixes), or pca, those along axes learnt from each segment."
      })
  private @Nullable String basis;

  /// The same index with the codec that was asked for.
  ///
  /// @throws IllegalArgumentException if there is no such codec or basis, or not for this index
  IndexSpec of(IndexSpec index) {
    IndexSpec coded = RunSettings.coded(index, codec, codecBits);
    if (prefixes == null && basis == null) {
      return coded;
    }
    Codec of = codec == null ? new Codec.F32() : coded.codec();
    List<Integer> widths = prefixes == null ? List.of() : widths(prefixes);
    if (of.hasCodes() && widths.size() > 1) {
      throw new IllegalArgumentException(
          "the codec %s codes one prefix, got --prefixes %s".formatted(of.name(), prefixes));
    }
    return RunSettings.coded(coded, new Codec.Prefix(basis(), widths, of));
  }

  /// One of the options that were given, as it was.
  String given() {
    if (prefixes != null) {
      return "--prefixes " + prefixes;
    }
    return basis == null ? "--codec " + codec : "--basis " + basis;
  }

  private Basis basis() {
    return switch (basis) {
      case null -> Basis.AS_IS;
      case "as-is" -> Basis.AS_IS;
      case "pca" -> Basis.PCA;
      default -> throw new IllegalArgumentException("basis must be as-is or pca, got " + basis);
    };
  }

  private static List<Integer> widths(String listed) {
    try {
      return Stream.of(listed.split(",", -1)).map(String::strip).map(Integer::valueOf).toList();
    } catch (NumberFormatException notNumbers) {
      throw new IllegalArgumentException(
          "prefixes must be widths such as 32,64,128, got '%s'".formatted(listed), notNumbers);
    }
  }
}
