package dev.kith.bench.peers.engine;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.run.InProcessTarget;
import dev.kith.bench.run.Target;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;

/// Kith itself. Settings: `ef`, or of lists `nprobe` or `patience` and, where they hold codes,
/// `rescore`.
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
    int nprobe = setting.getOrDefault("nprobe", Reach.ALL);
    int patience = setting.getOrDefault("patience", Reach.ALL);
    Integer rescore = setting.get("rescore");
    if (setting.size() != (rescore == null ? 1 : 2) || nprobe == patience) {
      throw new IllegalArgumentException(
          "expected nprobe or patience, and rescore or nothing, got " + setting);
    }
    return new Probe.Lists(
        new Reach.Until(nprobe, 1, patience),
        rescore == null ? OptionalInt.empty() : OptionalInt.of(rescore));
  }

  @Override
  public void close() {
    target.close();
  }
}
