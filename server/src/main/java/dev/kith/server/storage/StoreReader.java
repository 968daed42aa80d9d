package dev.kith.server.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the store: as it is now, or as a snapshot keeps it. Thread-safe.
///
/// All methods throw a [dev.kith.server.refusal.RefusedException] with `DataLoss` if what they meet
/// is damaged, an [java.io.UncheckedIOException] if the disk fails, and an [IllegalStateException]
/// once closed.
public sealed interface StoreReader permits Store, StoreSnapshot {

  /// The value of a key, or null if it has none.
  byte @Nullable [] get(Family family, byte[] key);

  /// The values of keys, in their order, null where one has none.
  List<byte @Nullable []> multiGet(Family family, List<byte[]> keys);

  /// Walks keys in order, from `first` up to and without `end`.
  Cursor cursor(Family family, byte[] first, byte[] end);
}
