/// What an operator can set, and how a setting gets its value.
///
/// Start at [dev.kith.server.config.Setting], one entry of the table in
/// [dev.kith.server.ServerConfig]; [dev.kith.server.config.Settings] finds the values: a flag
/// before the environment, the environment before the file, the file before the default. An unknown
/// name stops the server, because a misspelt setting that is silently ignored is worse than a
/// server that does not start.
@NullMarked
package dev.kith.server.config;

import org.jspecify.annotations.NullMarked;
