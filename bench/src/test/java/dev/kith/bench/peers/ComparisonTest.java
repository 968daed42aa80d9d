package dev.kith.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.RandomData;
import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.bench.peers.engine.SubQuantizers;
import dev.kith.index.Metric;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ComparisonTest {
  private static final PeerSettings SETTINGS =
      new PeerSettings(new GraphSettings(8, 50), 1, 1, List.of(0.9), 50);

  @TempDir private Path folder;

  @Test
  void whoeverCannotTakePartIsReportedAndTheOthersGoOn() throws Exception {
    List<Contender> contenders = new ArrayList<>();
    for (Contender contender : Contender.all(8, SETTINGS.graph())) {
      if (List.of("kith", "hnswlib", "faiss-hnsw").contains(contender.name())) {
        contenders.add(contender);
      }
    }
    List<Ladder> ladders = List.of(Ladder.ef());
    contenders.add(new Contender("dying", "nothing", false, new Program.Java("none"), ladders));
    Path data = folder.resolve("data");
    RandomData.write(data, Metric.EUCLIDEAN, 500, 50, 8, 1);
    Result result;
    try (Dataset dataset = DatasetFolder.open(data, 1)) {
      Path tools = Files.createDirectory(folder.resolve("tools"));
      CppCompiler compiler = new CppCompiler(tools, tools.toString(), List.of());
      Launcher launcher =
          new Launcher(folder, data, Metric.EUCLIDEAN, SETTINGS.graph(), 1, compiler);
      result = new Comparison(SETTINGS, List.of(), line -> {}).run(dataset, contenders, launcher);
    }
    assertNull(result.standings().get(0).failure());
    assertEquals(1, result.standings().get(0).turns().size());
    assertFailure(result.standings().get(1), "install g++ and libhnswlib-dev");
    assertFailure(result.standings().get(2), "install g++ and libfaiss-dev");
    assertFailure(result.standings().get(3), "exit code 1", "there is no engine none");
    StringWriter text = new StringWriter();
    new PeerTable(result, new PrintWriter(text)).print();
    assertTrue(text.toString().contains("p99.9 as multiples of it"), text::toString);
    assertTrue(text.toString().contains("hnswlib took no part"), text::toString);
    assertTrue(text.toString().contains("dying took no part"), text::toString);
    assertEquals(4, PeerJson.of(result).get("contenders").size());
  }

  @Test
  void flagsReachTheCompilerBeforeTheLibraries() throws Exception {
    Path tools = fakeCompiler("echo \"error: $*\"");
    UnavailableException refused =
        assertThrows(
            UnavailableException.class,
            () ->
                new CppCompiler(folder, tools.toString(), List.of("-L/opt/lib"))
                    .compile(new Program.Cpp("faiss.cpp", "Flat", List.of("-lfaiss"), "faiss")));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.endsWith(" -L/opt/lib -lfaiss"), message);
    assertTrue(message.contains("-march=native"), message);
  }

  @Test
  void aLibraryThatIsMissingIsReportedWithWhatTheCompilerSays() throws Exception {
    Path tools = fakeCompiler("echo 'hnswlib.cpp:2:10: fatal error: hnswlib.h: No such file'");
    List<String> flags = List.of();
    Program.Cpp program = new Program.Cpp("hnswlib.cpp", "hnsw", List.of(), "libhnswlib-dev");
    UnavailableException missing =
        assertThrows(
            UnavailableException.class,
            () -> new CppCompiler(folder, tools.toString(), flags).compile(program));
    String message = String.valueOf(missing.getMessage());
    assertTrue(message.startsWith("install libhnswlib-dev; g++ says: "), message);
    assertTrue(message.endsWith("fatal error: hnswlib.h: No such file"), message);
  }

  @Test
  void settingsThatMakeNoSenseAreRefusedInWords() {
    assertMessage("runs must be in", () -> settings(0, List.of(0.9)));
    assertMessage("at least one recall", () -> settings(1, List.of()));
    assertMessage("got 1.0", () -> settings(1, List.of(1.0)));
    assertMessage("m must be in", () -> new GraphSettings(1, 200));
    assertMessage("ef_construction must be in", () -> new GraphSettings(16, 8));
    assertMessage("got NaN", () -> settings(1, List.of(Double.NaN)));
    assertEquals(List.of(0.9, 0.95), settings(1, List.of(0.95, 0.9, 0.9)).recalls());
  }

  @Test
  void laddersAscendFromTheCheapestSetting() {
    List<String> efs = Ladder.ef().settings();
    assertEquals(List.of("ef=10", "ef=12", "ef=14", "ef=16", "ef=20"), efs.subList(0, 5));
    assertEquals("ef=1600", efs.getLast());
    List<String> lists = Ladder.nprobe(",k_factor=8").settings();
    assertEquals("nprobe=1,k_factor=8", lists.getFirst());
    assertEquals("nprobe=1024,k_factor=8", lists.getLast());
    for (List<String> settings : List.of(efs, lists)) {
      int before = 0;
      for (String setting : settings) {
        int value = Integer.parseInt(setting.replaceAll("^[a-z]+=|,.*", ""));
        assertTrue(value > before, settings::toString);
        before = value;
      }
    }
  }

  @Test
  void codesDivideTheDimension() {
    assertEquals(50, SubQuantizers.of(100));
    assertEquals(64, SubQuantizers.of(128));
    assertEquals(96, SubQuantizers.of(384));
    assertEquals(196, SubQuantizers.of(784));
    assertEquals(1, SubQuantizers.of(13));
  }

  /// A folder with a g++ that runs a command and fails.
  private Path fakeCompiler(String command) throws IOException {
    Path tools = Files.createDirectory(folder.resolve("tools"));
    Path compiler = tools.resolve("g++");
    Files.writeString(compiler, "#!/bin/sh\n" + command + "\nexit 1\n");
    assertTrue(compiler.toFile().setExecutable(true));
    return tools;
  }

  private static PeerSettings settings(int runs, List<Double> recalls) {
    return new PeerSettings(new GraphSettings(16, 200), 1, runs, recalls, 100);
  }

  private static void assertFailure(Standing standing, String... parts) {
    String failure = standing.failure();
    assertNotNull(failure);
    for (String part : parts) {
      assertTrue(failure.contains(part), failure);
    }
  }

  private static void assertMessage(
      String part, org.junit.jupiter.api.function.Executable refusing) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, refusing);
    assertTrue(refused.toString().contains(part), refused::toString);
  }
}
