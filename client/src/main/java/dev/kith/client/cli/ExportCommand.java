package dev.kith.client.cli;

import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.PointScroll;
import dev.kith.client.SearchOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kith export`
@Command(
    name = "export",
    description =
        "Write all points as JSON lines, in the order of their ids, as import reads them.",
    footerHeading = "%nExample:%n",
    footer = "  kith export --collection words --output words.jsonl")
final class ExportCommand implements Callable<Integer> {
  @Mixin private CollectionName collection = new CollectionName();
  @Mixin private Common common = new Common();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to write (default: the standard output).")
  private @Nullable Path output;

  @Option(names = "--no-vector", description = "Leave the vectors out.")
  private boolean withoutVector;

  private final Console console;

  ExportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    long points;
    Path file = output;
    if (file == null) {
      points = export(console);
    } else {
      try (PrintStream lines =
          new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
        points = export(new Console(lines, console.err()));
        if (lines.checkError()) {
          throw new IOException("could not write all of " + file);
        }
      }
      if (common.json()) {
        console.json(Json.object().put("file", file.toString()).put("points", points));
      } else {
        console.out().printf("wrote %d points to %s%n", points, file);
      }
    }
    return 0;
  }

  private long export(Console target) {
    try (KithClient client = common.connect();
        Progress bar = new Progress()) {
      KithCollection points = client.collection(collection.get());
      long total = points.count();
      long done = 0;
      try (PointScroll scroll = points.scroll(new SearchOptions.Fields(!withoutVector, true))) {
        while (scroll.hasNext()) {
          target.json(Json.point(scroll.next()));
          done++;
          bar.at("export", done, Math.max(done, total));
        }
      }
      return done;
    }
  }
}
