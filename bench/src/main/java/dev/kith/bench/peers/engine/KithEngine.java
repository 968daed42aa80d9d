package dev.kith.bench.peers.engine;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.run.InProcessTarget;
import dev.kith.bench.run.Target;
import dev.kith.index.plan.Probe;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;

/// Kith itself. Settings: `ef`, or of lists `nprobe` and, where they hold codes, `rescore`.
public final class KithEngine implements Engine {
  private static final long SEED = 1;

  private final KithVariant variant;
  private final InProcessTarget target;
  private final Target.Built built;

  private KithEngine(KithVariant variant, InProcessTarget target, Target.Built built) {
    this.variant = variant;
    this.target = target;
    this.built = built;
  }

  /// Builds a variant.
  public static Builder builder(KithVariant variant) {
    return (dataset, graph, threads) -> build(variant, dataset, graph, threads);
  }

  private static Engine build(
      KithVariant variant, Dataset dataset, GraphSettings graph, int threads) throws IOException {
    InProcessTarget target = new InProcessTarget(dataset, threads, variant.segment());
    return new KithEngine(variant, target, target.build(variant.index(graph, SEED)));
  }

  @Override
  public String version() {
    return "this checkout";
  }

  @Override
  public double bytesPerVector() {
    return built.bytesPerVector().orElseThrow();
  }

  @Override
  public Target.Searcher searcher(int k, Map<String, Integer> setting) {
    return target.searcher(new Target.Setting(k, probe(setting), true));
  }

  private Probe probe(Map<String, Integer> setting) {
    if (!variant.hasLists()) {
      return new Probe.Beam(Engine.only("ef", setting));
    }
    Integer nprobe = setting.get("nprobe");
    Integer rescore = setting.get("rescore");
    if (nprobe == null || setting.size() != (rescore == null ? 1 : 2)) {
      throw new IllegalArgumentException(
          "expected the settings nprobe and rescore, got " + setting);
    }
    return new Probe.Lists(
        OptionalInt.of(nprobe), rescore == null ? OptionalInt.empty() : OptionalInt.of(rescore));
  }

  @Override
  public void close() {
    target.close();
  }
}
