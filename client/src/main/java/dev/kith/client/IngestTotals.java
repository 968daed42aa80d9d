package dev.kith.client;

/// Where a bulk load stands.
///
/// @param written points that are as durable as asked for, sent by this object
/// @param rejected points that were refused
/// @param skipped points that an earlier run of the same session had sent already
/// @param lsn LSN of the last durable batch; 0 if none was acknowledged to this object
public record IngestTotals(long written, long rejected, long skipped, long lsn) {}
