package dev.kith.bench.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Where a comparison ran, as far as it matters to its figures.
///
/// @param cpu model of the processor
/// @param simd widest vector instructions it has
/// @param cores it has for us
/// @param hugePages when the system backs memory by huge pages: `always`, or `madvise` for those
///   who ask for it, as Kith does
/// @param load average number of processes at work in the minute before, ours included; above 1
///   others were in the way
/// @param java the JVM of the contenders in Java
public record Machine(
    String cpu, String simd, int cores, String hugePages, double load, String java) {
  private static final String UNKNOWN = "unknown";

  /// This machine, now.
  public static Machine here() {
    String flags = " " + cpuInfo("flags", cpuInfo("Features", "")) + " ";
    return new Machine(
        cpuInfo("model name", System.getProperty("os.arch")),
        flags.contains(" avx512f ")
            ? "AVX-512 (512 bits)"
            : flags.contains(" avx2 ")
                ? "AVX2 (256 bits)"
                : flags.contains(" asimd ") ? "NEON (128 bits)" : UNKNOWN,
        Runtime.getRuntime().availableProcessors(),
        hugePageMode(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
  }

  /// All of it, as it stands under tables.
  public String inWords() {
    return String.format(
        Locale.ROOT,
        "%s, %s, %d cores, load %.1f at the start, huge pages %s; %s",
        cpu,
        simd,
        cores,
        load,
        hugePages,
        java);
  }

  private static String cpuInfo(String key, String otherwise) {
    return lines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(otherwise);
  }

  private static String hugePageMode() {
    for (String line : lines(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"))) {
      int open = line.indexOf('[');
      int close = line.indexOf(']');
      if (open >= 0 && close > open) {
        return line.substring(open + 1, close);
      }
    }
    return UNKNOWN;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException notLinux) {
      return List.of();
    }
  }
}
