package dev.kith.bench.adaptive;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Tells what was measured, section by section: on a terminal at once and, if asked for, in the
/// file `report.md` with pictures beside it.
final class Report {
  private final PrintWriter out;
  private final Optional<Path> folder;
  private final StringBuilder text = new StringBuilder("# Adaptive representations\n\n");

  /// @param folder takes the file and the pictures; empty for none
  Report(PrintWriter out, Optional<Path> folder) {
    this.out = out;
    this.folder = folder;
  }

  /// Makes the folder, so that what cannot be written is known before anything is measured.
  void begin() throws IOException {
    if (folder.isPresent()) {
      Files.createDirectories(folder.get());
    }
  }

  /// A sentence of its own.
  void say(String sentence) {
    out.println(sentence);
    out.flush();
    text.append(sentence).append("\n\n");
  }

  void add(ListsComparison comparison) throws IOException {
    List<Section> sections = ListsSections.of(comparison);
    sections.subList(0, sections.size() - 1).forEach(section -> add(section, List.of()));
    add(sections.getLast(), folder.isEmpty() ? List.of() : pictures().of(comparison));
  }

  void add(ClassesComparison comparison) throws IOException {
    add(comparison.section(), folder.isEmpty() ? List.of() : pictures().of(comparison));
  }

  void add(CoarseAgreement agreement) throws IOException {
    add(agreement.section(), folder.isEmpty() ? List.of() : pictures().of(agreement));
  }

  void add(WordsComparison comparison) throws IOException {
    add(comparison.section(), folder.isEmpty() ? List.of() : pictures().of(comparison));
  }

  void add(ServedComparison comparison) {
    add(comparison.section(), List.of());
  }

  private Pictures pictures() {
    return new Pictures(folder.orElseThrow());
  }

  private void add(Section section, List<String> pictures) {
    section.print(out);
    text.append(section.with(pictures).markdown());
  }

  /// Writes the file.
  void end() throws IOException {
    if (folder.isPresent()) {
      Path file = folder.get().resolve("report.md");
      Files.writeString(file, text);
      out.println();
      out.println("written to " + file);
      out.flush();
    }
  }
}
