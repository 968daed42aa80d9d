/// The Java client of Kith.
///
/// Start at [dev.kith.client.KithClient], which connects to a server, makes and describes
/// collections, and hands out a [dev.kith.client.KithCollection] to write to and search. Bulk
/// loading is a conversation of its own: [dev.kith.client.Ingest].
///
/// Four rules hold throughout:
///
/// - **Vectors are rows of `float`**, in one `float[]` or one little-endian `MemorySegment`, and
///   are never boxed.
/// - **Every call has a deadline**, and calls that are safe to repeat are repeated when the server
///   cannot be reached or is overloaded; see [dev.kith.client.ClientOptions].
/// - **One exception**: [dev.kith.client.KithException], unchecked, with the server's own sentence
///   and a machine-readable reason.
/// - **No type of gRPC, protobuf or Guava is visible**, so their versions are nobody's concern.
@NullMarked
package dev.kith.client;

import org.jspecify.annotations.NullMarked;
