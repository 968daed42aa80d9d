package dev.kith.bench.tool;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.spi.ToolProvider;

/// `kith index`: indexes made without a server.
public final class IndexTool implements ToolProvider {

  @Override
  public String name() {
    return "kith-index";
  }

  @Override
  public Optional<String> description() {
    return Optional.of("Build an index of a file of vectors, for a server to attach");
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return Commands.run(new IndexCommand(), out, err, args);
  }
}
