/// The command line `kith`.
///
/// Start at [dev.kith.client.cli.Main]. Commands print results on the standard output (tables for
/// people, JSON with `--json`), everything else on the standard error, and end with status 0 for
/// success, 1 for failure and 2 for wrong usage. Other modules add commands as
/// `java.util.spi.ToolProvider`s named `kith-*`.
@NullMarked
package dev.kith.client.cli;

import org.jspecify.annotations.NullMarked;
