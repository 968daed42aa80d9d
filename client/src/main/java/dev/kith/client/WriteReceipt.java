package dev.kith.client;

/// Acknowledges a write.
///
/// @param lsn log sequence number of the write (of its last part, if it was sent in parts); a read
///   with this `minLsn` sees it
/// @param durability the level reached, at least the one asked for
/// @param points points written, or that existed and are deleted
public record WriteReceipt(long lsn, Durability durability, long points) {}
