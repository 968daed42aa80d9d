package dev.kith.index.store;

/// Something that holds memory or files until it is closed.
public interface Resource extends AutoCloseable {

  /// Releases what is held. Nothing may use the resource afterwards.
  @Override
  void close();
}
