/// What `kith bench` and `kith quickstart` are to the command line.
///
/// The command line finds both by the JDK's [java.util.spi.ToolProvider]; inside, picocli parses.
@NullMarked
package dev.kith.bench.tool;

import org.jspecify.annotations.NullMarked;
