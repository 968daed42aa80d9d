package dev.kith.server.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Changes a closed store behind everybody's back.
public final class Tampering {
  private Tampering() {}

  /// Applies changes to the store of a data folder.
  public static void change(Path data, Consumer<WriteSet> changes) throws IOException {
    try (Store store = Store.open(data.resolve("store"));
        WriteSet writes = store.newWriteSet()) {
      changes.accept(writes);
      store.write(writes, true, FreeSpaceGate.of(data, OptionalLong.of(0)));
    }
  }
}
