package dev.kith.server.rpc;

import dev.kith.server.collection.Catalog;
import dev.kith.server.config.Limits;
import java.util.concurrent.Executor;

/// What every ingest stream shares.
///
/// @param catalog finds collections
/// @param points reads batches
/// @param limits bounds them
/// @param budget bytes of requests that may be worked on at a time
/// @param sessions which stream has which session
/// @param calls ends streams when the server stops
/// @param threads for decoding and answering; tasks are short
record IngestServices(
    Catalog catalog,
    PointMessages points,
    Limits limits,
    ByteBudget budget,
    IngestSessions sessions,
    ActiveCalls calls,
    Executor threads) {}
