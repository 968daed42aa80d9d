/// The engine of Kith: distance kernels, indexes, and the segments that hold them.
module dev.kith.index {
  requires jdk.incubator.vector;
  requires static org.jspecify;

  exports dev.kith.index;
  exports dev.kith.index.build;
  exports dev.kith.index.cluster;
  exports dev.kith.index.codec;
  exports dev.kith.index.flat;
  exports dev.kith.index.hnsw;
  exports dev.kith.index.ivf;
  exports dev.kith.index.kernel;
  exports dev.kith.index.plan;
  exports dev.kith.index.rank;
  exports dev.kith.index.relevance;
  exports dev.kith.index.store;
  exports dev.kith.index.trial;
}
