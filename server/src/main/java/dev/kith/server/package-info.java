/// The server as a whole: its configuration, its assembly, its command.
///
/// [dev.kith.server.KithServer] puts the parts together and takes them apart in the right order;
/// [dev.kith.server.ServeCommand] is `kith serve`. A request goes down: `rpc` translates, `search`
/// and `collection` decide and work, `storage` keeps; nothing below calls back up.
@NullMarked
package dev.kith.server;

import org.jspecify.annotations.NullMarked;
