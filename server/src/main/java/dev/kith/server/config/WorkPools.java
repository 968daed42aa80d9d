package dev.kith.server.config;

/// Threads and queues.
///
/// @param searchThreads that compute searches
/// @param searchQueue searches waiting for one
/// @param callThreads for calls that may block on the store
/// @param callQueue calls waiting for one
public record WorkPools(int searchThreads, int searchQueue, int callThreads, int callQueue) {}
