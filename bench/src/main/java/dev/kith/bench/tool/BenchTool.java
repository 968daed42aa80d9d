package dev.kith.bench.tool;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.spi.ToolProvider;

/// `kith bench`: data sets and measurements.
public final class BenchTool implements ToolProvider {

  @Override
  public String name() {
    return "kith-bench";
  }

  @Override
  public Optional<String> description() {
    return Optional.of("Get data sets; measure recall, speed and size");
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return Commands.run(new BenchCommand(), out, err, args);
  }
}
