/// The engine of Kith: distance kernels, indexes, and the segments that hold them.
module dev.kith.index {
  requires jdk.incubator.vector;
  requires static org.jspecify;

  exports dev.kith.index;
}
