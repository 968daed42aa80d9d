package dev.kith.bench.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Tells what was measured, section by section: on a terminal at once and, if asked for, in the
/// file `report.md` with pictures beside it.
public final class Report {
  private final PrintWriter out;
  private final Optional<Path> folder;
  private final StringBuilder text;

  /// @param title of the file
  /// @param folder takes the file and the pictures; empty for none
  public Report(String title, PrintWriter out, Optional<Path> folder) {
    this.out = out;
    this.folder = folder;
    this.text = new StringBuilder("# ").append(title).append("\n\n");
  }

  /// Makes the folder, so that what cannot be written is known before anything is measured.
  public void begin() throws IOException {
    if (folder.isPresent()) {
      Files.createDirectories(folder.get());
    }
  }

  /// A sentence of its own.
  public void say(String sentence) {
    out.println(sentence);
    out.flush();
    text.append(sentence).append("\n\n");
  }

  /// A section.
  ///
  /// @param plots that are drawn if there is a folder
  public void add(Section section, List<Plot> plots) throws IOException {
    section.print(out);
    List<String> pictures = new ArrayList<>();
    if (folder.isPresent()) {
      for (Plot plot : plots) {
        pictures.add(plot.draw(folder.get()));
      }
    }
    text.append(section.with(pictures).markdown());
  }

  /// Writes the file.
  public void end() throws IOException {
    if (folder.isPresent()) {
      Path file = folder.get().resolve("report.md");
      Files.writeString(file, text);
      out.println();
      out.println("written to " + file);
      out.flush();
    }
  }
}
