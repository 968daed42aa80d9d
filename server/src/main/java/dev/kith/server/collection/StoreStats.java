package dev.kith.server.collection;

/// How the store below all collections is doing.
///
/// @param lsn LSN of the last write
/// @param groups groups that the committer wrote since start
/// @param backgroundErrors errors RocksDB met while it flushed and compacted
/// @param writesStopped whether RocksDB takes no writes for now
/// @param fenced whether writes are refused until restart
public record StoreStats(
    long lsn, long groups, long backgroundErrors, boolean writesStopped, boolean fenced) {}
