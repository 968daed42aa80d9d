package dev.kith.bench.peers;

import dev.kith.bench.peers.child.Engines;
import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.bench.peers.engine.KithVariant;
import dev.kith.bench.peers.engine.SubQuantizers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Who takes part.
///
/// @param name how it is called on the command line and in tables
/// @param index what it builds, in a few words
/// @param kith whether it is ours, to be compared with the others
/// @param program what runs
/// @param ladders settings to search with; the best of them at a recall counts
record Contender(String name, String index, boolean kith, Program program, List<Ladder> ladders) {
  private static final List<Integer> K_FACTORS = List.of(4, 8, 16, 32, 64);

  /// Rows scored exactly, for ten hits: twice as many as there are hits and up, as FAISS is given.
  private static final List<Integer> RESCORED = List.of(20, 40, 80, 160, 320);

  private static final String LISTS = "IVF1024";

  Contender {
    ladders = List.copyOf(ladders);
  }

  /// Everybody we know: ours first.
  ///
  /// @param dimension of the vectors, on which the size of quantized codes depends
  static List<Contender> all(int dimension, GraphSettings graph) {
    List<Contender> all = new ArrayList<>();
    List<Ladder> ef = List.of(Ladder.ef());
    for (KithVariant variant : KithVariant.values()) {
      Program program = new Program.Java(variant.contender());
      List<Ladder> ladders = variant.hasLists() ? listLadders(variant) : ef;
      all.add(new Contender(variant.contender(), variant.description(), true, program, ladders));
    }
    all.add(new Contender("hnswlib", "HNSW, float32", false, hnswlib(), ef));
    all.add(faiss("faiss-hnsw", "HNSW" + graph.m() + ",Flat", ef));
    all.add(faiss("faiss-hnsw-sq8", "HNSW" + graph.m() + ",SQ8", ef));
    all.add(faiss("faiss-ivf-flat", LISTS + ",Flat", List.of(Ladder.nprobe(""))));
    all.add(
        faiss(
            "faiss-ivfpq-fs",
            "%s,PQ%dx4fs,RFlat".formatted(LISTS, SubQuantizers.of(dimension)),
            K_FACTORS.stream().map(factor -> Ladder.nprobe(",k_factor=" + factor)).toList()));
    all.add(java(Engines.LUCENE, "HNSW, float32, one segment"));
    all.add(java(Engines.JVECTOR, "graph with hierarchy, float32"));
    all.add(
        java(
            Engines.JVECTOR_PQ,
            "graph with hierarchy, PQ%d, ranked by float32"
                .formatted(SubQuantizers.of(dimension))));
    return all;
  }

  private static List<Ladder> listLadders(KithVariant variant) {
    List<String> rests =
        variant.hasCodes()
            ? RESCORED.stream().map(rows -> ",rescore=" + rows).toList()
            : List.of("");
    return rests.stream()
        .flatMap(rest -> Stream.of(Ladder.nprobe(rest), Ladder.patience(rest)))
        .toList();
  }

  private static Contender java(String engine, String index) {
    return new Contender(engine, index, false, new Program.Java(engine), List.of(Ladder.ef()));
  }

  private static Program hnswlib() {
    return new Program.Cpp("hnswlib.cpp", "hnsw", List.of(), "libhnswlib-dev");
  }

  private static Contender faiss(String name, String index, List<Ladder> ladders) {
    return new Contender(name, index, false, Program.Cpp.faiss("faiss.cpp", index), ladders);
  }
}
