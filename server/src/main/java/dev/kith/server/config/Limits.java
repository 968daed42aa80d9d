package dev.kith.server.config;

/// The most a request may ask for. The defaults are those of the wire contract's comments.
///
/// @param messageBytes one message on the wire, decompressed
/// @param inFlightBytes all messages being worked on at a time
/// @param hits hits per query
/// @param ef candidates per query
/// @param dimension coordinates per vector of a new collection
/// @param batchPoints points per write, get or delete
/// @param searchBatch queries per batch search
/// @param textIdBytes UTF-8 bytes of a text id
/// @param payloadBytes bytes of one payload
/// @param collections collections on the server
/// @param ingestWindow batches of an ingest stream that may be unacknowledged
/// @param trainingBytes memory of judged queries with their candidates
public record Limits(
    int messageBytes,
    long inFlightBytes,
    int hits,
    int ef,
    int dimension,
    int batchPoints,
    int searchBatch,
    int textIdBytes,
    int payloadBytes,
    int collections,
    int ingestWindow,
    long trainingBytes) {}
