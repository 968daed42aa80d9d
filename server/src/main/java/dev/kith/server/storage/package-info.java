/// What makes writes last: the data folder, RocksDB behind a lifecycle guard, and the journal.
///
/// Start at [dev.kith.server.storage.Journal], through which every change goes: one committer
/// thread gathers requests into groups and hands each group to RocksDB as one atomic batch over all
/// column families. [dev.kith.server.storage.Store] is the only class that owns native handles;
/// every call into them holds its guard, because a handle used after it was closed kills the
/// process.
///
/// This is the one door to RocksDB: no other package imports it.
@NullMarked
package dev.kith.server.storage;

import org.jspecify.annotations.NullMarked;
