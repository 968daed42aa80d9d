package dev.kith.bench.peers;

import dev.kith.index.Metric;
import dev.kith.index.kernel.Points;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// FAISS's k-means, the parent's side of `faiss_kmeans.cpp`: a process every time.
///
/// @param compiler of the program
/// @param folder takes files
/// @param dataset folder with the rows
record FaissKMeans(CppCompiler compiler, Path folder, Path dataset) {
  private static final Duration LONGEST = Duration.ofHours(6);

  /// Finds centroids.
  ///
  /// @param sample rows to learn from
  /// @param rounds how many; 0 for FAISS's own number
  /// @throws UnavailableException if this machine lacks what it needs, or FAISS fails
  Found train(Metric metric, int[] sample, int count, int rounds, int seed, int threads)
      throws IOException, InterruptedException {
    ByteBuffer ordinals =
        ByteBuffer.allocate(sample.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    ordinals.asIntBuffer().put(sample);
    Path drawn = Files.write(folder.resolve("sample.i32"), ordinals.array());
    Path centroids = folder.resolve("centroids.f32");
    ProcessBuilder builder =
        new ProcessBuilder(
            compiler.compile(Program.Cpp.faiss("faiss_kmeans.cpp", "")).toString(),
            dataset.toString(),
            drawn.toString(),
            metric.name().toLowerCase(Locale.ROOT),
            Integer.toString(count),
            Integer.toString(rounds),
            Integer.toString(seed),
            Integer.toString(threads),
            centroids.toString());
    Path log = folder.resolve("faiss.log");
    try (ContenderProcess process =
        ContenderProcess.start("faiss", builder, threads, centroids, log)) {
      JsonNode answer = process.answer("finding centroids", LONGEST);
      return new Found(
          process.number(answer, "seconds"),
          process.number(answer, "cpu_seconds"),
          (int) process.number(answer, "rounds"),
          process.text(answer, "version"),
          MemorySegment.ofArray(Files.readAllBytes(centroids)));
    }
  }

  /// What was found.
  ///
  /// @param centroids one after another, as [Points#FLOAT]
  record Found(
      double seconds, double cpuSeconds, int rounds, String version, MemorySegment centroids) {}
}
