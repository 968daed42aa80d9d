package dev.kith.bench.tool;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.spi.ToolProvider;

/// `kith quickstart`: a server with real data in it, and five questions.
public final class QuickstartTool implements ToolProvider {

  @Override
  public String name() {
    return "kith-quickstart";
  }

  @Override
  public Optional<String> description() {
    return Optional.of("Start a server, import WordNet definitions, ask five questions");
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    // Before the first logger is made: the server's own report would run through ours.
    if (System.getProperty("kith.log.level") == null) {
      System.setProperty("kith.log.level", "WARN");
    }
    return Commands.run(new QuickstartCommand(), out, err, args);
  }
}
