package dev.kith.server.storage;

import java.io.IOException;
import java.nio.file.Path;

/// The data folder was written by a newer server, or by something else altogether.
public final class FormatVersionException extends IOException {
  private static final long serialVersionUID = 1L;

  FormatVersionException(Path file, String found, int known) {
    super(
        ("%s says format %s; this server reads formats 1 to %d. Nothing was changed. Use a newer"
                + " server for this folder.")
            .formatted(file, found, known));
  }
}
