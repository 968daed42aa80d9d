package dev.kith.server.config;

import java.time.Duration;

/// How long a gRPC connection may live and what it may do, so that no peer can hold or flood the
/// server.
///
/// @param maxCalls calls open at a time on one connection
/// @param handshakeTimeout until a new connection must speak HTTP/2
/// @param maxIdle without a call until a connection is closed
/// @param maxAge until a connection is asked to leave
/// @param maxAgeGrace after that until its calls are cut off
/// @param keepAlivePermitted least time between two pings of a client
/// @param headerBytes of one call's headers
public record Connections(
    int maxCalls,
    Duration handshakeTimeout,
    Duration maxIdle,
    Duration maxAge,
    Duration maxAgeGrace,
    Duration keepAlivePermitted,
    int headerBytes) {}
