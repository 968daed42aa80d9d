package dev.kith.client.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names the load of a file, so that the same command on the same file resumes it and anything else
/// does not.
final class ImportSession {
  private static final int NAME_BYTES = 12;

  private ImportSession() {}

  /// @param manner whatever else changes which point goes into which batch
  static String name(String collection, Path file, String manner) throws IOException {
    String identity =
        String.join(
            "\n",
            collection,
            file.toRealPath().toString(),
            String.valueOf(Files.size(file)),
            Files.getLastModifiedTime(file).toString(),
            manner);
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
      return "import-" + HexFormat.of().formatHex(digest, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
