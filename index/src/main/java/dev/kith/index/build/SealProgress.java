package dev.kith.index.build;

/// Hears how far sealing has come. Called from the sealing thread.
@FunctionalInterface
public interface SealProgress {

  /// Hears nothing.
  SealProgress IGNORED = (done, total) -> {};

  /// Reports that `done` of `total` rows are dealt with.
  ///
  /// @param done rows dealt with, from 0 to `total`
  /// @param total rows to deal with
  void report(long done, long total);
}
