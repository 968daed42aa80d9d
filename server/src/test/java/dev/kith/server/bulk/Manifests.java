package dev.kith.server.bulk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes manifests agree with whatever files there are, as one who means it would.
public final class Manifests {
  private Manifests() {}

  /// Writes the checksums of the files as they are into a folder's manifest.
  public static void renew(Path folder) throws IOException {
    Path file = folder.resolve(IndexFolder.MANIFEST);
    IndexManifest old = IndexManifest.decode(Files.readAllBytes(file));
    List<IndexManifest.Segment> segments = new ArrayList<>();
    for (int i = 0; i < old.segments().size(); i++) {
      segments.add(
          new IndexManifest.Segment(
              old.segments().get(i).rows(),
              FileChecksum.of(folder.resolve(IndexFolder.segmentName(i)))));
    }
    IndexManifest renewed =
        new IndexManifest(
            old.space(),
            old.index(),
            old.segmentPoints(),
            old.points(),
            FileChecksum.of(folder.resolve(IndexFolder.POINTS)),
            segments);
    Files.write(file, renewed.encode());
  }
}
