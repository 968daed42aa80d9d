package dev.kith.server.storage;

import java.io.IOException;
import java.nio.file.Path;

/// Another process, or another store of this process, has the data folder open.
public final class FolderInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  FolderInUseException(Path folder, String owner) {
    super(
        ("The data folder %s is in use by %s. One server has a folder at a time: stop the other,"
                + " or choose another folder.")
            .formatted(folder, owner));
  }
}
