package dev.kith.bench.peers.engine;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.run.InProcessTarget;
import dev.kith.bench.run.Target;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.hnsw.HnswParams;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;

/// Kith itself. Setting: `ef`.
public final class KithEngine implements Engine {
  private static final long SEED = 1;

  private final InProcessTarget target;
  private final Target.Built built;

  private KithEngine(InProcessTarget target, Target.Built built) {
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
    HnswParams params = new HnswParams(graph.m(), graph.efConstruction(), SEED);
    return new KithEngine(
        target, target.build(new IndexSpec.Hnsw(params, variant.layout(), variant.codec())));
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
    int ef = Engine.only("ef", setting);
    return target.searcher(new Target.Setting(k, OptionalInt.of(ef), true));
  }

  @Override
  public void close() {
    target.close();
  }
}
