package dev.kith.server.collection;

/// What became of a write.
///
/// @param lsn position of the write; for a repeated ingest batch, of the batch that was last
///   durable
/// @param reached durability reached, at least the one asked for
/// @param points points written or deleted, each id counted once; 0 for a repeated ingest batch
public record WriteAck(long lsn, Durability reached, int points) {}
