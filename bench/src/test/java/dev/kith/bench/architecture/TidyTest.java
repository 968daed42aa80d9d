package dev.kith.bench.architecture;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Holds the source to the rules no compiler checks. Each complaint reads `file:line: what to do`.
///
/// `mvn -q verify -Dkith.tidy=fix` rewrites badly formatted files instead of complaining.
final class TidyTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final boolean FIX = "fix".equals(System.getProperty("kith.tidy"));
  private static final int MAX_METHOD_LINES = 60;
  private static final int MAX_FILE_LINES = 500;

  /// Text that may not appear in main code, and what to write instead.
  private static final Map<String, String> BANNED =
      Map.of(
          "Arena.ofAuto(", "an arena with an owner",
          "sun.misc.", "java.lang.foreign",
          "Thread.sleep(", "a latch, a condition or a timed wait",
          "FIXME", "the fix",
          "TODO", "the work, or an issue",
          "printStackTrace(", "a logger");

  private final List<String> complaints = new ArrayList<>();

  @Test
  void everyFileIsFormatted() throws IOException {
    Formatter formatter = new Formatter();
    for (Path file : sources("main", "test")) {
      String text = Files.readString(file);
      String formatted;
      try {
        String used = RemoveUnusedImports.removeUnusedImports(text);
        formatted = formatter.formatSource(ImportOrderer.reorderImports(used, Style.GOOGLE));
      } catch (FormatterException unparsable) {
        complain(file, 1, "make it parse: " + unparsable.getMessage());
        continue;
      }
      if (!formatted.equals(text)) {
        if (FIX) {
          Files.writeString(file, formatted);
        } else {
          complain(file, 1, "format it: run `mvn -q verify -Dkith.tidy=fix`");
        }
      }
    }
    assertNoComplaints();
  }

  @Test
  void noFileOrMethodIsTooLongToReadAtOnce() throws IOException {
    List<Path> files = sources("main");
    for (Path file : files) {
      int lines = Files.readAllLines(file).size();
      if (lines > MAX_FILE_LINES) {
        complain(file, MAX_FILE_LINES, "split it: %d lines".formatted(lines));
      }
    }
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = javac.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              javac.getTask(
                  null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        measureMethods(unit, positions);
      }
    }
    assertNoComplaints();
  }

  @Test
  void noBannedTextAppears() throws IOException {
    for (Path file : sources("main")) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        for (Map.Entry<String, String> banned : BANNED.entrySet()) {
          if (lines.get(i).contains(banned.getKey())) {
            complain(
                file,
                i + 1,
                "write %s instead of %s".formatted(banned.getValue(), banned.getKey()));
          }
        }
      }
    }
    assertNoComplaints();
  }

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() throws IOException {
    Stream<Path> folders = sources("main").stream().map(Path::getParent).distinct();
    for (Path folder : folders.toList()) {
      Path info = folder.resolve("package-info.java");
      if (folder.endsWith("java")) {
        continue; // Where module-info.java lives.
      }
      if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
        complain(info, 1, "describe the package and mark it @NullMarked");
      }
    }
    assertNoComplaints();
  }

  @Test
  void everyModuleExplainsItself() {
    for (String module : List.of("proto", "index", "server", "client", "bench")) {
      if (!Files.exists(ROOT.resolve(module).resolve("README.md"))) {
        complain(ROOT.resolve(module).resolve("README.md"), 1, "write it");
      }
    }
    assertNoComplaints();
  }

  private void measureMethods(CompilationUnitTree unit, SourcePositions positions) {
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
        long start =
            positions.getStartPosition(unit, method.getBody() == null ? method : method.getBody());
        long end = positions.getEndPosition(unit, method);
        if (start >= 0 && end >= 0) {
          long first = unit.getLineMap().getLineNumber(start);
          long lines = unit.getLineMap().getLineNumber(end) - first + 1;
          if (lines > MAX_METHOD_LINES) {
            complain(
                Path.of(unit.getSourceFile().toUri()),
                (int) first,
                "split %s: %d lines".formatted(method.getName(), lines));
          }
        }
        return super.visitMethod(method, null);
      }
    }.scan(unit, null);
  }

  private static List<Path> sources(String... kinds) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : List.of("index", "server", "client", "bench")) {
      for (String kind : kinds) {
        Path folder = ROOT.resolve(module).resolve("src").resolve(kind).resolve("java");
        if (Files.exists(folder)) {
          try (Stream<Path> walk = Files.walk(folder)) {
            walk.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
          }
        }
      }
    }
    return files;
  }

  private void complain(Path file, int line, String remedy) {
    complaints.add("%s:%d: %s".formatted(ROOT.relativize(file), line, remedy));
  }

  private void assertNoComplaints() {
    assertEquals("", complaints.stream().collect(joining("\n")));
  }
}
